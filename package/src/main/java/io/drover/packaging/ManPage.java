/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.packaging;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The man page of one command, in the macros of man(7). Written from picocli's model directly: its own way leads through AsciiDoc,
 * and so through a Ruby interpreter in every build.
 */
final class ManPage {
    private final CommandSpec command;
    private final StringBuilder roff = new StringBuilder();

    private ManPage(CommandSpec command) {
        this.command = command;
    }

    /** The name of a command's page: {@code drover-topology-export}. */
    static String name(CommandSpec command) {
        return command.qualifiedName("-");
    }

    static String of(CommandLine line, String version, LocalDate day) {
        return new ManPage(line.getCommandSpec()).write(version, day);
    }

    private String write(String version, LocalDate day) {
        roff.append(".TH \"%s\" 1 \"%s\" \"drover %s\" \"Drover\"\n.nh\n.ad l\n"
                .formatted(name(command).toUpperCase(Locale.ROOT), day, version));
        section("NAME");
        String description = words(command.usageMessage().description());
        text(name(command) + " - " + (description.isEmpty() ? "command of Drover" : firstSentence(description)));
        section("SYNOPSIS");
        Help help = new Help(command, Help.defaultColorScheme(Help.Ansi.OFF));
        text(help.synopsis(0).replaceAll("\\s+", " ").strip());
        if (!description.isEmpty()) {
            section("DESCRIPTION");
            text(description);
        }
        parameters();
        options();
        subcommands();
        seeAlso();
        return roff.toString();
    }

    private static String firstSentence(String description) {
        int end = description.indexOf(". ");
        String first = end < 0 ? description : description.substring(0, end);
        return first.endsWith(".") ? first.substring(0, first.length() - 1) : first;
    }

    private void parameters() {
        List<PositionalParamSpec> shown = command.positionalParameters().stream()
                .filter(parameter -> !parameter.hidden())
                .toList();
        if (!shown.isEmpty()) {
            section("ARGUMENTS");
            shown.forEach(parameter -> item(parameter.paramLabel(), words(parameter.description())));
        }
    }

    private void options() {
        List<OptionSpec> shown =
                command.options().stream().filter(option -> !option.hidden()).toList();
        if (!shown.isEmpty()) {
            section("OPTIONS");
            shown.forEach(option -> item(heading(option), words(option.description())));
        }
    }

    private static String heading(OptionSpec option) {
        String names = String.join(", ", option.names());
        return option.arity().max() == 0 ? names : names + "=" + option.paramLabel();
    }

    private void subcommands() {
        List<CommandLine> shown = children();
        if (!shown.isEmpty()) {
            section("COMMANDS");
            shown.forEach(child -> item(
                    child.getCommandName(),
                    words(child.getCommandSpec().usageMessage().description())));
        }
    }

    private List<CommandLine> children() {
        return command.subcommands().values().stream().distinct().toList();
    }

    private void seeAlso() {
        List<CommandSpec> others = new ArrayList<>();
        if (command.parent() != null) {
            others.add(command.parent());
        }
        children().forEach(child -> others.add(child.getCommandSpec()));
        if (!others.isEmpty()) {
            section("SEE ALSO");
            text(others.stream().map(other -> name(other) + "(1)").collect(Collectors.joining(", ")));
        }
    }

    private void section(String title) {
        roff.append(".SH ").append(title).append('\n');
    }

    private void item(String heading, String text) {
        roff.append(".TP\n\\fB").append(escaped(heading)).append("\\fR\n");
        text(text);
    }

    private void text(String text) {
        // a line that begins with a dot or an apostrophe would be a request
        String line = escaped(text);
        roff.append(line.startsWith(".") || line.startsWith("'") ? "\\&" : "")
                .append(line)
                .append('\n');
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\e").replace("-", "\\-");
    }

    /** Picocli's lines as one paragraph; they are formats. */
    private static String words(String... lines) {
        return Arrays.stream(lines)
                .map(line -> line.replace("%n", " ").replace("%%", "%"))
                .collect(Collectors.joining(" "))
                .replaceAll("\\s+", " ")
                .strip();
    }
}
