/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.none;

import io.drover.testing.fault.FaultPost;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.agent.builder.AgentBuilder.RedefinitionStrategy;
import net.bytebuddy.agent.builder.ResettableClassFileTransformer;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/**
 * Replaces methods of the daemon that it is loaded into, puts them back, and lets its fault points be used. Loaded by {@link Saboteur}, each time with the levers
 * that are to be on from then on.
 */
public final class SabotageAgent {
    private static final List<ResettableClassFileTransformer> PULLED = new ArrayList<>();
    /** Each loading brings another one, and what one has changed only it can put back. */
    private static @Nullable Instrumentation first;

    private SabotageAgent() {}

    /**
     * Called by the JVM.
     *
     * @param arguments a file for the answer, the socket of the fault points, then the names of the levers, separated by commas
     */
    public static synchronized void agentmain(String arguments, Instrumentation given) throws IOException {
        String[] words = arguments.split(",", -1);
        if (first == null) {
            FaultPost.open(Path.of(words[1]));
        }
        Instrumentation instrumentation = first == null ? given : first;
        first = instrumentation;
        for (ResettableClassFileTransformer transformer : PULLED) {
            if (!transformer.reset(instrumentation, RedefinitionStrategy.RETRANSFORMATION)) {
                throw new IllegalStateException("a former sabotage could not be taken back");
            }
        }
        PULLED.clear();
        List<String> answer = new ArrayList<>(Hits.take());
        for (int i = 2; i < words.length; i++) {
            for (Lever.Point point : Lever.valueOf(words[i]).points()) {
                PULLED.add(replace(point, instrumentation));
            }
        }
        Files.write(Path.of(words[0]), answer);
    }

    private static ResettableClassFileTransformer replace(Lever.Point point, Instrumentation instrumentation) {
        load(point.type());
        return new AgentBuilder.Default()
                .disableClassFormatChanges()
                .with(RedefinitionStrategy.RETRANSFORMATION)
                .with(RedefinitionStrategy.Listener.ErrorEscalating.FAIL_FAST)
                .with(AgentBuilder.Listener.StreamWriting.toSystemError().withErrorsOnly())
                .ignore(none())
                .type(named(point.type()))
                .transform((builder, type, loader, module, domain) ->
                        builder.visit(Advice.to(point.replacement()).on(named(point.method()))))
                .installOn(instrumentation);
    }

    /** Before it is replaced: what replaces it may name it, and a class cannot be loaded while it is being loaded. */
    private static void load(String type) {
        try {
            Class.forName(type);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("there is nothing to replace in " + type, e);
        }
    }
}
