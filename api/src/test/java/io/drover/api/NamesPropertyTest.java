/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Every type of a name or a value from outside: what it takes is harmless and stays what it was, and it refuses all else in words. */
final class NamesPropertyTest {
    private static final int TRIES = 3000;
    private static final Map<Class<?>, Function<String, Object>> TYPES = new LinkedHashMap<>();
    /** What a shell, a settings file, a connection string, SQL or a terminal would act on. */
    private static final Pattern DANGEROUS =
            Pattern.compile("['\"\\\\`$;|&<>(){}*?!#\\p{Cntrl}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]|^-|(?:^|/)\\.\\.(?:/|$)");

    static {
        TYPES.put(ShardId.class, ShardId::new);
        TYPES.put(NodeId.class, NodeId::new);
        TYPES.put(MoveId.class, MoveId::new);
        TYPES.put(InstanceId.class, InstanceId::new);
        TYPES.put(SlotName.class, SlotName::new);
        TYPES.put(DatabaseName.class, DatabaseName::new);
        TYPES.put(RoleName.class, RoleName::new);
        TYPES.put(ApplicationName.class, ApplicationName::new);
        TYPES.put(HostName.class, HostName::new);
        TYPES.put(BaseUrl.class, BaseUrl::new);
        TYPES.put(ZooKeeperAddress.class, ZooKeeperAddress::new);
        TYPES.put(NodePath.class, NodePath::new);
        TYPES.put(StandbyNames.class, StandbyNames::new);
        TYPES.put(CanaryQuery.class, CanaryQuery::new);
    }

    @Provide
    Arbitrary<String> hostile() {
        return HostileText.any();
    }

    @Provide
    Arbitrary<Class<?>> types() {
        return Arbitraries.of(TYPES.keySet());
    }

    /** Texts that are nearly names, so that both verdicts come about. */
    @Provide
    Arbitrary<String> nearlyRight() {
        Arbitrary<String> parts = Arbitraries.of(
                "a", "Z", "7", "_", "-", ".", "/", ":", "@", " ", "\u00e4", "\u05d0", "\u0301", "..", "1.2", "'");
        return parts.list().ofMinSize(1).ofMaxSize(12).map(list -> String.join("", list));
    }

    @Property(tries = TRIES)
    void takesOnlyWhatStaysTheSame(@ForAll("types") Class<?> type, @ForAll("hostile") String text) {
        judge(type, text);
    }

    @Property(tries = TRIES)
    void takesOnlyWhatStaysTheSameOfWhatIsNearlyRight(
            @ForAll("types") Class<?> type, @ForAll("nearlyRight") String text) {
        judge(type, text);
    }

    private static void judge(Class<?> type, String text) {
        Object taken;
        try {
            taken = TYPES.get(type).apply(text);
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).matches(SafeText::isPlain).hasSizeLessThan(1000);
            return;
        }
        Object read = Json.read(Json.bytes(taken), type);
        assertThat(read).isEqualTo(taken);
        assertThat(TYPES.get(type).apply(taken.toString())).isEqualTo(taken);
        if (type != CanaryQuery.class && type != StandbyNames.class) {
            assertThat(taken.toString()).doesNotContainPattern(DANGEROUS);
            // but for the slash at the end of a path
            assertThat(text).startsWith(taken.toString());
        } else {
            assertThat(taken.toString()).isEqualTo(text);
        }
    }

    @Example
    void refusesTheSamples() {
        List<String> taken = new ArrayList<>();
        for (Class<?> type : TYPES.keySet()) {
            for (String sample : HostileText.SAMPLES) {
                try {
                    taken.add(type.getSimpleName() + " "
                            + SafeText.quoted(TYPES.get(type).apply(sample).toString()));
                } catch (IllegalArgumentException e) {
                    // as it should be
                }
            }
        }
        // an empty list of standbys is one, and a list may hold what PostgreSQL does not understand, which its reader
        // finds out; an ensemble is a list of hosts
        assertThat(taken).allMatch(each -> each.startsWith("StandbyNames ") || each.equals("ZooKeeperAddress 'h1,h2'"));
    }

    @Example
    void takesWhatPeopleHave() {
        assertThat(List.<Object>of(
                        new HostName("db-1.example.com"),
                        new HostName("node_a"),
                        new HostName("10.0.0.1"),
                        new HostName("127.0.0.21"),
                        new HostName("2001:db8::1"),
                        new DatabaseName("app"),
                        new DatabaseName("Kunden-Daten_2.alt"),
                        new DatabaseName("\u6570\u636e"),
                        new RoleName("app@example"),
                        new ApplicationName("15/main"),
                        new ApplicationName("node_a"),
                        new NodePath("/var/lib/postgresql/15/main"),
                        new NodePath("/srv/My Data/pg.1"),
                        new BaseUrl("http://10.0.0.1:8080"),
                        new BaseUrl("https://[2001:db8::1]:8090"),
                        new ZooKeeperAddress("zk1:2181,10.0.0.2:2181,[2001:db8::1]:2181/drover/a"),
                        new StandbyNames("FIRST 1 (\"node_b\", *)"),
                        new CanaryQuery("select count(*), 'it''s'\nfrom t where a ? 'b'")))
                .hasSize(18);
        assertThat(new NodePath("/var/lib/pg/").value()).isEqualTo("/var/lib/pg");
    }

    /** Resolvers take all of these, and nobody sees where they lead. */
    @Example
    void refusesAddressesInDisguiseAndThoseThatAreNoNodes() {
        for (String address : List.of(
                "169.254.169.254",
                "fe80::1",
                "fe80::1%eth0",
                "::ffff:169.254.169.254",
                "2852039166",
                "0xa9fea9fe",
                "0251.0376.0251.0376",
                "10.1",
                "1.2.3.4.5",
                "256.1.1.1",
                "0.0.0.0",
                "::",
                "224.0.0.1",
                "a..b",
                "-a",
                "a.0x7f")) {
            assertThatThrownBy(() -> new HostName(address)).as(address).isInstanceOf(IllegalArgumentException.class);
        }
        for (String name : List.of("a/..", "a/../b", "15/main/..")) {
            assertThatThrownBy(() -> new ApplicationName(name)).as(name).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> new BaseUrl("http://user@node_a:8090")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BaseUrl("http://169.254.169.254")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BaseUrl("http://node_a:0")).isInstanceOf(IllegalArgumentException.class);
        for (String address : List.of(
                "zk1:2181,169.254.169.254:2181/d",
                "zk1:0/d",
                "zk1:65536/d",
                "zk1/d/../e",
                "zk1//d",
                "zk1/d/",
                ",zk1/d")) {
            assertThatThrownBy(() -> new ZooKeeperAddress(address))
                    .as(address)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Property(tries = TRIES)
    void spansOfTimeAndSizesAreReadOrRefused(@ForAll("hostile") String text) {
        onlyRefused(() -> Durations.parse(text));
        onlyRefused(() -> ByteSize.parse(text));
        onlyRefused(() -> Lsn.parse(text));
    }

    private static void onlyRefused(Runnable reading) {
        try {
            reading.run();
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).matches(SafeText::isPlain).hasSizeLessThan(1000);
        }
    }
}
