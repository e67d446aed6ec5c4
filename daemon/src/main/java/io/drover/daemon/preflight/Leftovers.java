/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.preflight;

import io.drover.api.agent.Facts.InstanceFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** P22: what earlier moves have left on the two nodes. */
final class Leftovers {
    private static final String SET_ASIDE = ".set-aside-";

    private Leftovers() {}

    /** A setting in postgresql.auto.conf of a node. */
    private record Stray(String name, String value, String node) {
        @Override
        public String toString() {
            return name + " = '" + value + "' on " + node;
        }
    }

    static Optional<Finding> none(PreflightFacts facts) {
        List<String> left = new ArrayList<>(
                found(facts).filter(what -> !what.contains(SET_ASIDE)).toList());
        List<String> remedies = new ArrayList<>();
        if (!left.isEmpty()) {
            remedies.add(
                    "see what the earlier move says (bin/drover moves), finish it, then drop the slots and remove the"
                            + " staging directories by hand");
        }
        List<Stray> strays = strays(facts, StraySettings::ofMoves);
        if (!strays.isEmpty()) {
            left.add("settings without a journal: " + strays);
            remedies.add(reset(strays));
        }
        return Finding.when(!left.isEmpty(), "left over from an earlier move: " + left, String.join("; ", remedies));
    }

    static Optional<Finding> noOldCopies(PreflightFacts facts) {
        List<String> copies =
                found(facts).filter(what -> what.contains(SET_ASIDE)).toList();
        return Finding.when(
                !copies.isEmpty(),
                "old copies take space: " + copies,
                "bin/drover purge " + facts.request().shard() + " --node <node>, when they are no longer needed");
    }

    static Optional<Finding> noDoubtfulSettings(PreflightFacts facts) {
        List<Stray> strays = strays(facts, StraySettings::doubtful);
        return Finding.when(
                !strays.isEmpty(),
                "a move sets this too, and no journal says that one did: " + strays,
                "nothing when you have set it yourself; else " + reset(strays));
    }

    private static String reset(List<Stray> strays) {
        return strays.stream()
                        .map(Stray::name)
                        .distinct()
                        .map(name -> "ALTER SYSTEM RESET " + name + ";")
                        .collect(Collectors.joining(" "))
                + " SELECT pg_reload_conf(); on "
                + strays.stream().map(Stray::node).distinct().collect(Collectors.joining(" and "));
    }

    private static List<Stray> strays(PreflightFacts facts, Function<StraySettings, SortedMap<String, String>> kind) {
        List<Stray> strays = new ArrayList<>();
        collect(facts.source(), facts.from().value(), kind, strays);
        facts.target().ifPresent(standby -> collect(standby, facts.to().value(), kind, strays));
        return strays;
    }

    private static void collect(
            InstanceFacts instance,
            String node,
            Function<StraySettings, SortedMap<String, String>> kind,
            List<Stray> strays) {
        kind.apply(StraySettings.among(instance.unexplainedSettings()))
                .forEach((name, value) -> strays.add(new Stray(name, value, node)));
    }

    /** An earlier move has made it, for a standby that uses it. */
    private static boolean isOfAStandby(PreflightFacts facts, String what) {
        return facts.standbys().stream()
                .flatMap(standby -> standby.instance().stream())
                .map(InstanceFacts::receiver)
                .anyMatch(receiver -> receiver != null && what.equals("slot " + receiver.slot()));
    }

    /** What this very move has made is not left over. */
    private static Stream<String> found(PreflightFacts facts) {
        Stream<String> onInstances = Stream.concat(Stream.of(facts.source()), facts.target().stream())
                .flatMap(instance -> instance.leftovers().stream());
        return Stream.concat(onInstances, facts.targetNode().leftovers().stream())
                .filter(what -> !facts.isOurs(what))
                .filter(what -> !isOfAStandby(facts, what))
                .distinct();
    }
}
