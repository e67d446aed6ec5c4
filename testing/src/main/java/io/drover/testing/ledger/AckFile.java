/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.ledger;

import io.drover.api.Lsn;
import io.drover.testing.ledger.AckLog.Kind;
import io.drover.testing.ledger.AckLog.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The log of a writer in a file that another process reads when the writer's has been killed: a line before a write is asked for,
 * a line when it has ended. Not forced to a disk, because processes die in these tests and machines do not.
 */
public final class AckFile implements AckLog.Sink {
    private static final String BEGUN = "begun";
    private static final String NOTHING = "-";

    private final FileChannel file;

    private AckFile(FileChannel file) {
        this.file = file;
    }

    /** Begins the log of a writer in a file of the directory. */
    public static AckLog create(Path directory, int writer, Kind kind) {
        try {
            FileChannel file = FileChannel.open(
                    directory.resolve(kind + "-" + writer), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            return new AckLog(writer, kind, new AckFile(file));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot begin a log in " + directory, e);
        }
    }

    /** Reads the log that a writer has left; a line that it died in does not count. */
    public static AckLog read(Path path) {
        String[] name = path.getFileName().toString().split("-");
        AckLog log = new AckLog(Integer.parseInt(name[1]), Kind.valueOf(name[0]));
        try {
            String all = Files.readString(path);
            all.substring(0, all.lastIndexOf('\n') + 1).lines().forEach(line -> restore(log, line.split(" ")));
            return log;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }

    private static void restore(AckLog log, String[] words) {
        int sequence = Integer.parseInt(words[1]);
        long nanos = Long.parseLong(words[2]);
        if (words[0].equals(BEGUN)) {
            log.begin();
            log.restoreBegin(sequence, nanos);
            return;
        }
        if (!words[3].equals(NOTHING)) {
            log.sawEpoch(sequence, Long.parseLong(words[3]));
        }
        if (!words[5].equals(NOTHING)) {
            log.writtenAt(
                    sequence,
                    new Place(
                            words[5],
                            words[6],
                            Integer.parseInt(words[7]),
                            Lsn.parse(words[8]),
                            Long.parseLong(words[9])));
        }
        Outcome outcome = Outcome.valueOf(words[0]);
        if (words[4].equals(NOTHING)) {
            log.end(sequence, outcome, nanos);
        } else {
            log.fail(sequence, outcome, words[4].substring(1), nanos);
        }
    }

    @Override
    public void changed(AckLog log, int sequence) {
        Outcome outcome = log.outcome(sequence);
        append(
                outcome == Outcome.PENDING
                        ? BEGUN + " " + sequence + " " + log.begunAt(sequence)
                        : ended(log, sequence));
    }

    private static String ended(AckLog log, int sequence) {
        OptionalLong epoch = log.epoch(sequence);
        Optional<String> failure = log.failure(sequence);
        Optional<Place> place = log.place(sequence);
        return log.outcome(sequence) + " " + sequence + " " + log.endedAt(sequence) + " "
                + (epoch.isPresent() ? String.valueOf(epoch.orElseThrow()) : NOTHING) + " "
                // the state may be empty text
                + failure.map(state -> "=" + state).orElse(NOTHING) + " "
                + place.map(at ->
                                at.node() + " " + at.address() + " " + at.timeline() + " " + at.lsn() + " " + at.xid())
                        .orElse(NOTHING);
    }

    private void append(String line) {
        try {
            file.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep a log", e);
        }
    }
}
