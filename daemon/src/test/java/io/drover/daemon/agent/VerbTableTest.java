/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.FenceEpoch;
import io.drover.api.LeaderEpoch;
import io.drover.api.agent.Token;
import io.drover.api.agent.Verb;
import io.drover.daemon.agent.VerbTable.Command;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerbTableTest {
    private final VerbTable table = new VerbTable();

    @Test
    void readsAVerbWithItsToken() {
        Command command = read("seal", """
                {"token": {"leaderEpoch": 3, "move": "aaaaaaaa-1", "step": 110, "sequence": 9, "timeoutMillis": 1000},
                 "args": {"epoch": 8, "targetSlot": "drover_aaaaaaaa"}}""");

        assertThat(command.verb()).isEqualTo(new Verb.Seal(new FenceEpoch(8), "drover_aaaaaaaa"));
        assertThat(command.token()).isEqualTo(new Token(new LeaderEpoch(3), Samples.MOVE, 110, 9, 1000));
    }

    @Test
    void readsAnArgumentThatMayBeNull() {
        Command command = read("start-copy", """
                {"token": null, "args": {"shards": ["shard_01"], "sourceHost": "h", "sourcePort": 1, "slot": "s",
                 "maxRateBytes": null, "checkpoint": "fast"}}""");

        assertThat(((Verb.StartCopy) command.verb()).maxRateBytes()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{}",
                "[]",
                "{\"args\": {\"slot\": \"s\"}}",
                "{\"token\": null, \"args\": {}}",
                "{\"token\": null, \"args\": {\"slot\": null}}",
                "{\"token\": null, \"args\": {\"slot\": \"s\", \"more\": 1}}",
                "{\"token\": null, \"args\": {\"slot\": \"s\"}, \"more\": 1}",
                "{\"token\": {\"step\": 1}, \"args\": {\"slot\": \"s\"}}",
                "{\"token\": null, \"args\": {\"slot\": \"s\"}} trailing"
            })
    void refusesABodyThatIsNotExactlyTheArguments(String body) {
        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> read("create-slot", body))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED_REQUEST));
    }

    @Test
    void refusesAnUnknownVerb() {
        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> read("destroy", "{}"))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
    }

    private Command read(String path, String body) {
        return table.read(path, body.getBytes(StandardCharsets.UTF_8));
    }
}
