/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import io.drover.testing.cluster.Command;
import io.drover.testing.cluster.ProcessTable;
import io.drover.testing.cluster.Waiting;
import io.drover.testing.fault.FaultLine;
import io.drover.testing.fault.FaultPost;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import net.bytebuddy.ByteBuddy;

/** Loads {@link SabotageAgent} into running daemons, which know nothing of it, and takes back what it did. */
public final class Saboteur {
    private static final String LIBRARY = "byte-buddy.jar";
    private static final List<Class<?>> CLASSES = List.of(
            SabotageAgent.class,
            Lever.class,
            Replacements.class,
            Harm.class,
            Hits.class,
            ProcessTable.class,
            Command.class,
            Waiting.class,
            FaultPost.class);

    private final Path directory;
    private final Path jar;

    /**
     * Prepares the agent's jar.
     *
     * @param directory that the daemons' users can enter
     */
    public Saboteur(Path directory) {
        this.directory = directory;
        this.jar = directory.resolve("sabotage.jar");
        try {
            // the answers are written by the daemons' users
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
            Path library = Path.of(ByteBuddy.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            Files.copy(library, directory.resolve(LIBRARY), StandardCopyOption.REPLACE_EXISTING);
            writeJar();
            for (Path file : List.of(jar, directory.resolve(LIBRARY))) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot prepare the sabotage in " + directory, e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException("Byte Buddy lies in no file", e);
        }
    }

    /**
     * Makes these levers, and no others, be pulled in the daemons.
     *
     * @return the replaced methods that were called since the last time, of all of them
     */
    public Set<String> pull(List<Long> pids, Set<Lever> levers) {
        Set<String> hits = new TreeSet<>();
        for (long pid : pids) {
            Path answer = directory.resolve("answer-" + pid);
            List<String> words = new ArrayList<>(List.of(
                    answer.toString(),
                    FaultPost.socketOf(directory, Long.toString(pid)).toString()));
            levers.forEach(lever -> words.add(lever.name()));
            try {
                Files.deleteIfExists(answer);
                load(pid, String.join(",", words));
                hits.addAll(Files.readAllLines(answer));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot sabotage process " + pid, e);
            }
        }
        return hits;
    }

    /** The line to the fault points of a daemon that was told its levers before. */
    FaultLine line(long pid, Consumer<FaultLine.Hit> listener) {
        return FaultLine.open(directory, Long.toString(pid), listener);
    }

    private void load(long pid, String arguments) throws IOException {
        try {
            VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
            try {
                machine.loadAgent(jar.toString(), arguments);
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException | AgentLoadException | AgentInitializationException e) {
            throw new IOException("cannot attach to process " + pid, e);
        }
    }

    private void writeJar() throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(new Attributes.Name("Agent-Class"), SabotageAgent.class.getName());
        attributes.put(new Attributes.Name("Can-Retransform-Classes"), "true");
        attributes.put(Attributes.Name.CLASS_PATH, LIBRARY);
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            for (Class<?> type : CLASSES) {
                add(out, type);
            }
        }
    }

    private static void add(JarOutputStream out, Class<?> type) throws IOException {
        String name = type.getName().replace('.', '/') + ".class";
        try (InputStream in = type.getClassLoader().getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("no class file " + name);
            }
            out.putNextEntry(new JarEntry(name));
            in.transferTo(out);
            out.closeEntry();
        }
        for (Class<?> nested : type.getDeclaredClasses()) {
            add(out, nested);
        }
    }
}
