/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A statement of a connection in the application's hands. Every call goes on to the driver's; of those that execute, one that commits
 * and gets no answer fails as {@link CommitOutcomeUnknownException}.
 */
final class WatchedStatement implements InvocationHandler {
    private final Statement delegate;
    private final @Nullable String prepared;
    private final LeasedConnection connection;
    /** Texts of a batch: any may hold a commit. One of a prepared statement has none. */
    private final List<String> batch = new ArrayList<>(0);

    private WatchedStatement(Statement delegate, @Nullable String prepared, LeasedConnection connection) {
        this.delegate = delegate;
        this.prepared = prepared;
        this.connection = connection;
    }

    static <S extends Statement> S watch(
            Class<S> kind, S delegate, @Nullable String prepared, LeasedConnection connection) {
        return kind.cast(Proxy.newProxyInstance(
                WatchedStatement.class.getClassLoader(),
                new Class<?>[] {kind},
                new WatchedStatement(delegate, prepared, connection)));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        String name = method.getName();
        if (name.startsWith("execute")) {
            return execute(method, arguments);
        }
        return switch (name) {
            // the one whose closing the fence waits for
            case "getConnection" -> connection;
            case "equals" -> arguments != null && proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> {
                note(name, arguments);
                yield call(method, arguments);
            }
        };
    }

    private void note(String name, Object @Nullable [] arguments) {
        if (name.equals("addBatch") && arguments != null) {
            batch.add(String.valueOf(arguments[0]));
        } else if (name.equals("clearBatch")) {
            batch.clear();
        }
    }

    private @Nullable Object execute(Method method, Object @Nullable [] arguments) throws Throwable {
        // asked before: a session that breaks knows neither afterwards
        boolean commits = connection.commitsByItself();
        Object answer;
        try {
            answer = call(method, arguments);
        } catch (SQLException e) {
            throw commits || textCommits(arguments) ? connection.translated(e) : e;
        } finally {
            if (method.getName().endsWith("Batch")) {
                batch.clear();
            }
        }
        connection.succeeded(delegate.getWarnings());
        return answer;
    }

    private boolean textCommits(Object @Nullable [] arguments) {
        return prepared != null && UnknownOutcomes.commits(prepared)
                || arguments != null && arguments[0] instanceof String && UnknownOutcomes.commits((String) arguments[0])
                || batch.stream().anyMatch(UnknownOutcomes::commits);
    }

    private @Nullable Object call(Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(delegate, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
