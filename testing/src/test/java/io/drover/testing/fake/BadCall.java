/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.api.ErrorCode;
import io.drover.api.Json;
import io.drover.api.LeaderEpoch;
import io.drover.api.MoveId;
import io.drover.api.agent.Token;
import io.drover.api.agent.Verb;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What can be wrong with a command. Everything else about it is right, so that it would be carried out. */
enum BadCall {
    NO_BEARER(401, ErrorCode.UNAUTHORIZED),
    WRONG_BEARER(403, ErrorCode.FORBIDDEN),
    NO_BODY(400, ErrorCode.MALFORMED_REQUEST),
    NOT_JSON(400, ErrorCode.MALFORMED_REQUEST),
    NULL(400, ErrorCode.MALFORMED_REQUEST),
    A_LIST(400, ErrorCode.MALFORMED_REQUEST),
    MORE_BEHIND_IT(400, ErrorCode.MALFORMED_REQUEST),
    NO_ARGS(400, ErrorCode.MALFORMED_REQUEST),
    ARGS_OF_ANOTHER_KIND(400, ErrorCode.MALFORMED_REQUEST),
    UNKNOWN_MEMBER(400, ErrorCode.MALFORMED_REQUEST),
    UNKNOWN_ARGUMENT(400, ErrorCode.MALFORMED_REQUEST),
    MISSING_ARGUMENT(400, ErrorCode.MALFORMED_REQUEST),
    NULL_ARGUMENT(400, ErrorCode.MALFORMED_REQUEST),
    EMPTY_TOKEN(400, ErrorCode.MALFORMED_REQUEST),
    TOO_LARGE(413, ErrorCode.MALFORMED_REQUEST),
    NO_TOKEN(400, ErrorCode.MALFORMED_REQUEST),
    OLD_TOKEN(409, ErrorCode.TOKEN_REFUSED),
    OLD_LEADER(409, ErrorCode.TOKEN_REFUSED),
    LEADER_THAT_NEVER_WAS(503, ErrorCode.LEADERSHIP_LOST),
    ANOTHER_MOVE(409, ErrorCode.STATE_CONFLICT),
    TIME_OVER(422, ErrorCode.INVALID_VALUE),
    TIME_LONG_OVER(422, ErrorCode.INVALID_VALUE),
    TIME_WITHOUT_END(422, ErrorCode.INVALID_VALUE),
    NEGATIVE_SEQUENCE(422, ErrorCode.INVALID_VALUE),
    ANOTHER_INSTANCE(404, ErrorCode.NOT_FOUND),
    NO_INSTANCE(404, ErrorCode.NOT_FOUND);

    static final MoveId STRANGER = new MoveId("0badf00d-0000");

    /** Verbs that take an instance in: for them an unknown one is right. */
    private static final Set<Class<?>> ENTRANCES =
            Set.of(Verb.Initialize.class, Verb.Adopt.class, Verb.AdoptStandby.class, Verb.StartCopy.class);
    /** Verbs that exist outside moves, too. */
    private static final Set<Class<?>> OUTSIDE_MOVES =
            Set.of(Verb.Initialize.class, Verb.Adopt.class, Verb.AdoptStandby.class, Verb.Purge.class);
    /** They undo, and of what is not there nothing is left to undo: they say so, and do nothing. */
    private static final Set<Class<?>> UNDOING = Set.of(
            Verb.DropSlot.class,
            Verb.DiscardCopy.class,
            Verb.Stop.class,
            Verb.SetAside.class,
            Verb.RemoveCopy.class,
            Verb.Purge.class,
            Verb.RestoreSettings.class);

    private static final String LONGER_THAN_ALLOWED = " ".repeat(1024 * 1024);

    private final int status;
    private final ErrorCode code;

    BadCall(int status, ErrorCode code) {
        this.status = status;
        this.code = code;
    }

    ErrorCode code() {
        return code;
    }

    int status() {
        return status;
    }

    /** Whether there is such a call of this verb. */
    boolean concerns(Verb<?> verb) {
        return switch (this) {
            case NO_TOKEN -> !OUTSIDE_MOVES.contains(verb.getClass());
            case MISSING_ARGUMENT, NULL_ARGUMENT -> required(verb) != null;
            case ANOTHER_INSTANCE -> !ENTRANCES.contains(verb.getClass());
            default -> true;
        };
    }

    /** Whether the verb answers that there is nothing to do, instead of refusing. */
    boolean isAnsweredByNothing(Verb<?> verb) {
        return this == ANOTHER_INSTANCE && UNDOING.contains(verb.getClass());
    }

    /** The last part but one of the address. */
    String instance(String right) {
        return switch (this) {
            case ANOTHER_INSTANCE -> "7000000000000000042";
            case NO_INSTANCE -> "app";
            default -> right;
        };
    }

    @Nullable
    String bearer(String right) {
        return switch (this) {
            case NO_BEARER -> null;
            case WRONG_BEARER -> right + "x";
            default -> right;
        };
    }

    /**
     * The body.
     *
     * @param highest the token that the agent has accepted last, of the move that holds the instance
     */
    String body(Verb<?> verb, Token highest) {
        ObjectNode args = Json.mapper().valueToTree(verb);
        ObjectNode body = Json.mapper().createObjectNode();
        body.set("token", this == NO_TOKEN ? null : Json.mapper().valueToTree(token(highest)));
        body.set("args", args);
        String required = required(verb);
        switch (this) {
            case NO_ARGS -> body.remove("args");
            case ARGS_OF_ANOTHER_KIND -> body.put("args", "all of it");
            case UNKNOWN_MEMBER -> body.put("force", true);
            case UNKNOWN_ARGUMENT -> args.put("force", true);
            case MISSING_ARGUMENT -> args.remove(required);
            case NULL_ARGUMENT -> args.putNull(required);
            case EMPTY_TOKEN -> body.putObject("token");
            default -> {
                // right
            }
        }
        String right = new String(Json.bytes(body), StandardCharsets.UTF_8);
        return switch (this) {
            case NO_BODY -> "";
            case NOT_JSON -> right.substring(1);
            case NULL -> "null";
            case A_LIST -> "[" + right + "]";
            case MORE_BEHIND_IT -> right + " 5";
            case TOO_LARGE -> right + LONGER_THAN_ALLOWED;
            default -> right;
        };
    }

    private Token token(Token highest) {
        LeaderEpoch epoch = highest.leaderEpoch();
        long next = highest.sequence() + 1;
        return switch (this) {
            case OLD_TOKEN -> new Token(epoch, highest.move(), highest.step(), highest.sequence() - 1, 20_000);
            case OLD_LEADER -> new Token(new LeaderEpoch(0), highest.move(), highest.step(), next, 20_000);
            case LEADER_THAT_NEVER_WAS -> new Token(epoch.next(), highest.move(), highest.step(), next, 20_000);
            case ANOTHER_MOVE -> new Token(epoch, STRANGER, highest.step(), next, 20_000);
            case TIME_OVER -> new Token(epoch, highest.move(), highest.step(), next, 0);
            case TIME_LONG_OVER -> new Token(epoch, highest.move(), highest.step(), next, -20_000);
            case TIME_WITHOUT_END -> new Token(epoch, highest.move(), highest.step(), next, Long.MAX_VALUE);
            case NEGATIVE_SEQUENCE -> new Token(epoch, highest.move(), highest.step(), -1, 20_000);
            default -> new Token(epoch, highest.move(), highest.step(), next, 20_000);
        };
    }

    private static @Nullable String required(Verb<?> verb) {
        return Stream.of(verb.getClass().getRecordComponents())
                .filter(member -> !member.getAnnotatedType().isAnnotationPresent(Nullable.class))
                .map(RecordComponent::getName)
                .findFirst()
                .orElse(null);
    }
}
