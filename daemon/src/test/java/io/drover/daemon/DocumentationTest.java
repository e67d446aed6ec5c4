/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.MoveState;
import io.drover.api.PreflightReport.Severity;
import io.drover.daemon.cli.CommandLines;
import io.drover.daemon.preflight.Preflight;
import io.drover.daemon.preflight.PreflightCheck;
import io.drover.replication.ManagedSetting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the pages in docs/ to the code that they speak of. */
class DocumentationTest {
    private static final Path ROOT = Path.of("..");
    private static final Path DOCS = ROOT.resolve("docs");
    private static final List<String> MODULES = List.of(
            "api", "topology", "fencing", "replication", "daemon", "client", "package", "containers", "testing");
    private static final Pattern COMMENT = Pattern.compile("(?m)^\\s*(?:/?\\*|//).*$|//.*$");
    private static final Pattern NUMBER = Pattern.compile("\\b(?:[HFKNSPR][0-9]{1,2})\\b");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| ([A-Z][0-9]{1,2}) \\|");
    private static final Pattern TEST = Pattern.compile("`([A-Z][A-Za-z]+(?:Test|IT|Contract))(?:\\.([a-zA-Z]+))?`");
    private static final Pattern TEXT = Pattern.compile("\"[^\"\n]*\"");
    private static final Pattern PROGRAM = Pattern.compile("bin/drover ([a-z]+)");
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|#)([^)#]+)");

    @Test
    void everyCheckOfThePreflightHasItsRow() throws IOException {
        String hazards = page("hazards.md");
        assertThat(Preflight.TABLE)
                .allSatisfy(check -> assertThat(hazards)
                        .contains("| %s | %s | %s |".formatted(check.id(), phases(check), meaning(check))));
    }

    private static String phases(PreflightCheck check) {
        return switch (check.when()) {
            case BEFORE_COPY -> "10";
            case WITH_STANDBY -> "75";
            case ALWAYS -> "10, 75";
        };
    }

    private static String meaning(PreflightCheck check) {
        if (check.severity() == Severity.BLOCK) {
            return check.waivable() ? "block, waivable" : "block";
        }
        return check.severity() == Severity.WARN ? "warn" : "info";
    }

    @Test
    void everyStateHasItsRowOfFourCells() throws IOException {
        String operations = page("operations.md");
        assertThat(MoveState.values())
                .filteredOn(state -> state != MoveState.NEEDS_OPERATOR)
                .allSatisfy(state -> assertThat(operations)
                        .containsPattern("(?m)^\\| " + state + "[^|]*(?:\\| [^| ][^|]* ){3}\\|$"));
        assertThat(operations).contains("## NEEDS_OPERATOR");
    }

    @Test
    void everySettingThatDroverChangesIsListed() throws IOException {
        String settings = page("settings.md");
        assertThat(ManagedSetting.values())
                .allSatisfy(setting -> assertThat(settings).contains("`" + setting.parameter() + "`"));
    }

    @Test
    void everyNumberInTheCodeIsExplained() throws IOException {
        Set<String> explained = Stream.of(page("hazards.md"), page("invariants.md"))
                .flatMap(page -> ROW.matcher(page).results())
                .map(result -> result.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> used = new TreeSet<>();
        for (Path source : sources()) {
            COMMENT.matcher(Files.readString(source))
                    .results()
                    .flatMap(comment -> NUMBER.matcher(comment.group()).results())
                    .map(MatchResult::group)
                    .forEach(used::add);
        }
        used.removeAll(explained);
        assertThat(used).as("numbers that no page explains").isEmpty();
    }

    @Test
    void everyTestThatAnInvariantNamesExists() throws IOException {
        List<Path> sources = sources();
        assertThat(TEST.matcher(page("invariants.md")).results()).isNotEmpty().allSatisfy(named -> {
            Path file = sources.stream()
                    .filter(source -> source.endsWith(named.group(1) + ".java"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("there is no " + named.group(1)));
            if (named.group(2) != null) {
                assertThat(Files.readString(file).contains("void " + named.group(2) + "("))
                        .as("%s has %s", named.group(1), named.group(2))
                        .isTrue();
            }
        });
    }

    @Test
    void everyLinkBetweenPagesLeadsSomewhere() throws IOException {
        for (Path page : pages()) {
            assertThat(LINK.matcher(Files.readString(page)).results())
                    .allSatisfy(link -> assertThat(page.resolveSibling(link.group(1)))
                            .as("link in %s", page)
                            .exists());
        }
    }

    /** What is printed is pasted: only bin/drover is there to be run. A page of help calls the program by its name. */
    @Test
    void everyCommandThatIsNamedCanBeRun() throws IOException {
        Set<String> commands = CommandLines.of(new Drover()).getSubcommands().keySet();
        Pattern bare = Pattern.compile("(?<!bin/|Usage: )\\bdrover (?:%s)\\b".formatted(String.join("|", commands)));
        for (Path source : sources()) {
            assertThat(TEXT.matcher(Files.readString(source)).results().map(MatchResult::group))
                    .as("texts of %s", source)
                    .allSatisfy(text -> {
                        assertThat(bare.matcher(text).find()).as(text).isFalse();
                        assertThat(PROGRAM.matcher(text).results().map(named -> named.group(1)))
                                .isSubsetOf(commands);
                    });
        }
        for (Path page : pages()) {
            assertThat(bare.matcher(Files.readString(page)).results().map(MatchResult::group))
                    .as("commands in %s", page)
                    .isEmpty();
            assertThat(PROGRAM.matcher(Files.readString(page)).results().map(named -> named.group(1)))
                    .as("commands in %s", page)
                    .isSubsetOf(commands);
        }
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> below = Files.walk(DOCS);
                Stream<Path> beside = Files.list(ROOT)) {
            return Stream.concat(below, beside)
                    .filter(file -> file.toString().endsWith(".md"))
                    .toList();
        }
    }

    private static String page(String name) throws IOException {
        return Files.readString(DOCS.resolve(name));
    }

    private static List<Path> sources() throws IOException {
        List<Path> roots = MODULES.stream()
                .map(module -> ROOT.resolve(module).resolve("src"))
                .toList();
        Set<Path> found = new TreeSet<>();
        for (Path root : roots) {
            try (Stream<Path> files = Files.walk(root)) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(found::add);
            }
        }
        return List.copyOf(found);
    }
}
