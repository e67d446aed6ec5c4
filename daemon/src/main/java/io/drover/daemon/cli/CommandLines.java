/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import io.drover.api.ByteSize;
import io.drover.api.CanaryQuery;
import io.drover.api.DatabaseName;
import io.drover.api.DroverException;
import io.drover.api.Durations;
import io.drover.api.Json;
import io.drover.api.MoveRequest;
import io.drover.api.NodeId;
import io.drover.api.NodePath;
import io.drover.api.ShardId;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Sets a command line up: the client commands, how values are read, how failures are told. */
public final class CommandLines {
    private static final List<Class<? extends Enum<?>>> CHOICES = List.of(
            MoveRequest.Cutover.class,
            MoveRequest.Mode.class,
            MoveRequest.Blockers.class,
            MoveRequest.Method.class,
            MoveRequest.Checkpoint.class,
            MoveRequest.Level.class);

    private CommandLines() {}

    /** A command line of a main command with its own subcommands, which gets the client commands too. */
    public static CommandLine of(Object main) {
        CommandLine line = new CommandLine(main);
        for (Object command : List.of(
                new MoveCommand(),
                new DrillCommand(),
                new MoveCommands.ListMoves(),
                new MoveCommands.Show(),
                new MoveCommands.Approve(),
                new MoveCommands.Abort(),
                new MoveCommands.Rollback(),
                new MoveCommands.Complete(),
                new MoveCommands.Pause(),
                new MoveCommands.Resume(),
                new ShardCommands.ListShards(),
                new ShardCommands.ListNodes(),
                new CheckCommand(),
                new ShardCommands.Adopt(),
                new ShardCommands.Init(),
                new ShardCommands.Purge(),
                new ShardCommands.Forget(),
                new TopologyCommand(),
                new TokenCommand(),
                new WatchCommand(),
                new ZooKeeperAccessCommand(),
                new PgBouncerCommand())) {
            line.addSubcommand(command);
        }
        register(line, ShardId.class, ShardId::new);
        register(line, NodeId.class, NodeId::new);
        register(line, DatabaseName.class, DatabaseName::new);
        register(line, NodePath.class, NodePath::new);
        register(line, CanaryQuery.class, CanaryQuery::new);
        register(line, Duration.class, Durations::parse);
        register(line, ByteSize.class, ByteSize::parse);
        CHOICES.forEach(type -> registerChoice(line, type));
        line.setExecutionExceptionHandler((failure, command, parsed) -> tell(failure, command));
        line.setParameterExceptionHandler((failure, arguments) -> tell(failure));
        line.setUsageHelpAutoWidth(true);
        // colours are commands to the terminal, too
        line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        line.setOut(PlainWriter.over(line.getOut()));
        line.setErr(PlainWriter.over(line.getErr()));
        return line;
    }

    private static int tell(Exception failure, CommandLine command) {
        if (failure instanceof DroverException drover) {
            command.getErr().println(Texts.failure(drover));
            return ExitCode.of(drover);
        }
        String reason = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        command.getErr().println("drover: " + reason);
        boolean usage = failure instanceof IllegalArgumentException || failure instanceof UncheckedIOException;
        return usage ? ExitCode.USAGE : ExitCode.FAILED;
    }

    /** The mistake and what may be meant, instead of a page of options that would scroll both away. */
    private static int tell(ParameterException failure) {
        CommandLine command = failure.getCommandLine();
        PrintWriter out = command.getErr();
        out.println("drover: " + failure.getMessage());
        List<String> unknown = command.getUnmatchedArguments();
        if (!(failure instanceof UnmatchedArgumentException) && !unknown.isEmpty()) {
            out.println("  unknown: " + String.join(" ", unknown));
        }
        UnmatchedArgumentException.printSuggestions(failure, out);
        out.println("  hint: bin/" + command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE;
    }

    private static <T> void register(CommandLine line, Class<T> type, Function<String, T> parse) {
        ITypeConverter<T> converter = text -> {
            try {
                return parse.apply(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        };
        line.registerConverter(type, converter);
    }

    /** Enumerations are written as in the REST request: lower case, with hyphens. */
    private static <T extends Enum<?>> void registerChoice(CommandLine line, Class<T> type) {
        line.registerConverter(
                type,
                text -> Arrays.stream(type.getEnumConstants())
                        .filter(constant -> written(constant).equals(text))
                        .findFirst()
                        .orElseThrow(() -> new TypeConversionException("'" + text + "' is not one of "
                                + Arrays.stream(type.getEnumConstants())
                                        .map(CommandLines::written)
                                        .collect(Collectors.joining(", ")))));
    }

    private static String written(Enum<?> constant) {
        return Json.mapper().convertValue(constant, String.class);
    }
}
