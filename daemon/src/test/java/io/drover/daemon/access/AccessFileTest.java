/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.api.ShardId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessFileTest {
    private static final String ALICE = TokenDigest.newToken(new SecureRandom());
    private static final String BOB = TokenDigest.newToken(new SecureRandom());
    private static final ShardId ORDERS = new ShardId("orders_1");
    private static final ShardId BILLING = new ShardId("billing");

    @TempDir
    private Path directory = Path.of("");

    private Path write(String text) throws IOException {
        Path file = directory.resolve("access.yml");
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        return file;
    }

    @Test
    void belongsToRootOrToTheControllersUser() {
        assertThat(AccessFile.stranger(0, 998)).isEmpty();
        assertThat(AccessFile.stranger(998, 998)).isEmpty();
        assertThat(AccessFile.stranger(1000, 998))
                .hasValueSatisfying(why -> assertThat(why).contains("user 1000", "chown"));
        assertThat(AccessFile.stranger(998, 0)).isPresent();
    }

    /** Only root gives files away. */
    @Test
    @EnabledIfSystemProperty(named = "user.name", matches = "root")
    void isRefusedWhenItIsAnotherUsers() throws IOException {
        Path file = write("callers:\n" + caller("alice", ALICE, "{viewer: ['*']}"));
        Files.setAttribute(file, "unix:uid", 65_534);

        assertThatThrownBy(() -> new AccessFile(file, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("it belongs to user 65534");
    }

    private static String caller(String name, String token, String roles) {
        return "  - {name: " + name + ", token: '" + TokenDigest.of(token) + "', roles: " + roles + "}\n";
    }

    private static Optional<Caller> find(AccessFile file, String token) {
        return file.find("Bearer " + token, Optional.empty());
    }

    @Test
    void givesRolesForShards() throws IOException {
        AccessFile file = new AccessFile(
                write("callers:\n" + caller("alice", ALICE, "{viewer: ['*'], operator: ['orders_*']}")), Duration.ZERO);

        Caller alice = find(file, ALICE).orElseThrow();

        assertThat(alice.getName()).isEqualTo("alice");
        assertThat(alice.may(Role.VIEWER, BILLING)).isTrue();
        assertThat(alice.may(Role.OPERATOR, ORDERS)).isTrue();
        assertThat(alice.may(Role.OPERATOR, BILLING)).isFalse();
        assertThat(alice.maySomewhere(Role.APPROVER)).isFalse();
        assertThat(alice.mayEverywhere(Role.OPERATOR)).isFalse();
        assertThat(alice.rights()).isEqualTo("viewer for [*], operator for [orders_*]");
        assertThat(find(file, BOB)).isEmpty();
        assertThat(file.find(null, Optional.empty())).isEmpty();
    }

    @Test
    void everyRoleMayLookAndNoneIsPartOfAnother() throws IOException {
        for (Role role : Role.values()) {
            AccessFile file = new AccessFile(
                    write("callers:\n" + caller("alice", ALICE, "{" + role.text() + ": ['orders_*']}")), Duration.ZERO);
            Caller caller = find(file, ALICE).orElseThrow();
            assertThat(Role.values())
                    .allSatisfy(asked ->
                            assertThat(caller.may(asked, ORDERS)).isEqualTo(asked == role || asked == Role.VIEWER));
            assertThat(caller.may(Role.VIEWER, BILLING)).isFalse();
        }
    }

    @Test
    void whoHasTokenAndCertificateShowsBoth() throws IOException {
        AccessFile file = new AccessFile(write("""
                callers:
                  - {name: alice, token: '%s', certificate: laptop_a, roles: {viewer: ['*']}}
                  - {name: bob, certificate: laptop_b, roles: {viewer: ['*']}}
                """.formatted(TokenDigest.of(ALICE))), Duration.ZERO);

        assertThat(file.find("Bearer " + ALICE, Optional.of("laptop_a"))).isPresent();
        assertThat(file.find("Bearer " + ALICE, Optional.of("laptop_b"))).isEmpty();
        assertThat(file.find("Bearer " + ALICE, Optional.empty())).isEmpty();
        assertThat(file.find(null, Optional.of("laptop_a"))).isEmpty();
        assertThat(file.find(null, Optional.of("laptop_b")))
                .map(Caller::getName)
                .contains("bob");
        // a token that nobody knows is not made good by a certificate
        assertThat(file.find("Bearer " + BOB, Optional.of("laptop_b"))).isEmpty();
    }

    @Test
    void isReadAgainWhenItHasChanged() throws IOException {
        AccessFile file =
                new AccessFile(write("callers:\n" + caller("alice", ALICE, "{viewer: ['*']}")), Duration.ZERO);

        write("callers:\n" + caller("bob", BOB, "{viewer: ['*']}"));

        assertThat(find(file, ALICE)).as("was taken out").isEmpty();
        assertThat(find(file, BOB)).isPresent();
        assertThat(file.broken()).isEmpty();
    }

    @Test
    void aBrokenFileKeepsWhatWasReadBeforeAndSaysSo() throws IOException {
        String good = "callers:\n" + caller("alice", ALICE, "{viewer: ['*']}");
        AccessFile file = new AccessFile(write(good), Duration.ZERO);

        Path path = write("callers:\n" + caller("bob", BOB, "{viewer: ['*']}") + "  - {name: carol}\n");
        assertThat(find(file, BOB)).as("half of a broken file").isEmpty();
        assertThat(find(file, ALICE)).isPresent();
        assertThat(file.broken()).contains("caller 2 (carol) has neither a token nor a certificate");

        Files.delete(path);
        assertThat(find(file, ALICE)).isPresent();
        assertThat(file.broken()).hasValueSatisfying(why -> assertThat(why).contains("NoSuchFile"));

        write(good);
        assertThat(file.broken()).isEmpty();
    }

    @Test
    void isRefusedWhenOthersMayWriteIt() throws IOException {
        Path path = write("callers:\n" + caller("alice", ALICE, "{viewer: ['*']}"));
        AccessFile file = new AccessFile(path, Duration.ZERO);

        for (String open : new String[] {"rw-rw-r--", "rw-r--rw-"}) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(open));
            assertThat(file.broken()).hasValueSatisfying(why -> assertThat(why).contains("others than its owner"));
            assertThatThrownBy(() -> new AccessFile(path, Duration.ZERO))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("chmod go-w");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "callers: 5|is not understood",
                "people: []|people",
                "{}|no list 'callers'",
                "``|is not understood",
                "callers: [null]|caller 1 has no name",
                "callers: [{name: 'a b', token: HASH, roles: {viewer: ['*']}}]|caller 1 has no name",
                "callers: [{name: a, roles: {viewer: ['*']}}]|neither a token nor a certificate",
                "callers: [{name: a, token: HASH}]|has no roles",
                "callers: [{name: a, token: HASH, roles: {}}]|has no roles",
                "callers: [{name: a, token: HASH, roles: {root: ['*']}}]|unknown role",
                "callers: [{name: a, token: HASH, roles: {viewer: []}}]|a list of shards is needed",
                "callers: [{name: a, token: HASH, roles: {viewer: ['../x']}}]|a pattern of shards",
                "callers: [{name: a, token: HASH, roles: {viewer: ['*a*a*a*']}}]|a pattern of shards",
                "callers: [{name: a, token: HASH, roles: {viewer: ['*']}, shards: ['*']}]|shards",
                "callers: [{name: a, token: HASH, token: HASH, roles: {viewer: ['*']}}]|is not understood at line 1",
                "callers: [{name: a, certificate: 'x/../y', roles: {viewer: ['*']}}]|no client's name",
                "callers: [{name: a, token: HASH, roles: {viewer: ['*']}}, {name: a, certificate: c, roles: {viewer: ['*']}}]"
                        + "|the name of another one",
                "callers: [{name: a, token: HASH, roles: {viewer: ['*']}}, {name: b, token: HASH, roles: {viewer: ['*']}}]"
                        + "|the token of another one",
                "callers: [{name: a, certificate: c, roles: {viewer: ['*']}}, {name: b, certificate: c, roles: {viewer: ['*']}}]"
                        + "|the certificate of another one"
            })
    void refusesWhatIsNotUnderstood(String text, String why) {
        assertThatThrownBy(() -> AccessFile.check(text.replace("HASH", "'" + TokenDigest.of(ALICE) + "'")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    /** Somebody writes the token where its hash belongs, in a file that has other faults, too. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "callers: [{name: a, token: SECRET, roles: {viewer: [\"*\"]}}]",
                "callers: [{name: a, token: SECRET, roles: {viewer: [\"*\"]}",
                "callers: [{name: a, tokens: SECRET}]",
                "callers: [{name: SECRET SECRET, token: x}]",
                "callers: SECRET",
                "callers: [{name: a, roles: {viewer: SECRET}}]",
                "callers: [{name: a, roles: SECRET}]",
                "SECRET"
            })
    void neverTellsWhatTheFileHolds(String text) {
        assertThatThrownBy(() -> AccessFile.check(text.replace("SECRET", ALICE)))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(failure -> assertThat(failure.getMessage()).doesNotContain(ALICE));
    }

    @Test
    void tokensAreLongAndNeverTheSame() {
        String other = TokenDigest.newToken(new SecureRandom());
        assertThat(ALICE).startsWith("drover_").hasSize("drover_".length() + 43).isNotEqualTo(other);
        // the example of FIPS 180-2
        assertThat(TokenDigest.of("abc"))
                .isEqualTo("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
