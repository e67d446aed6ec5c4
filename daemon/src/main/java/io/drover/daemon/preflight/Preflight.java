/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.preflight;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.MoveRequest.Waiver;
import io.drover.api.PreflightReport;
import io.drover.api.PreflightReport.Check;
import io.drover.api.PreflightReport.Severity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides from facts whether a move may go on. The whole preflight is the table; this class only walks it. A check that
 * cannot be answered has failed: what Drover cannot see it does not assume.
 */
public final class Preflight {
    /** Every check, in the order of its number. */
    public static final List<PreflightCheck> TABLE = Stream.of(
                    StreamChecks.TABLE,
                    ServerChecks.TABLE,
                    WriterChecks.TABLE,
                    StorageChecks.TABLE,
                    NeighbourChecks.TABLE)
            .flatMap(List::stream)
            .toList();

    private static final Map<String, PreflightCheck> BY_ID =
            TABLE.stream().collect(Collectors.toUnmodifiableMap(PreflightCheck::id, Function.identity()));

    private Preflight() {}

    /**
     * Asks every check of a phase.
     *
     * @param phase {@link When#BEFORE_COPY} or {@link When#WITH_STANDBY}
     * @param waivers checks that a person takes responsibility for
     * @throws DroverException {@link ErrorCode#INVALID_VALUE} when a waiver is none that the table allows
     */
    public static PreflightReport evaluate(PreflightFacts facts, When phase, List<Waiver> waivers) {
        if (phase == When.ALWAYS) {
            throw new IllegalArgumentException("BUG: ALWAYS is no phase");
        }
        checkWaivers(waivers);
        return PreflightReport.of(TABLE.stream()
                .filter(check -> phase.includes(check.when()))
                .map(check -> evaluate(check, facts, waivers))
                .toList());
    }

    /**
     * Refuses waivers that name no check, a check that cannot be waived, or that give no reason.
     *
     * @throws DroverException {@link ErrorCode#INVALID_VALUE}
     */
    public static void checkWaivers(List<Waiver> waivers) {
        for (Waiver waiver : waivers) {
            PreflightCheck check = BY_ID.get(waiver.check());
            if (check == null) {
                throw refusal("there is no check " + waiver.check() + " to waive");
            }
            if (!check.waivable()) {
                throw refusal(
                        check.severity() == Severity.BLOCK
                                ? "check " + check.id() + " (" + check.good() + ") cannot be waived"
                                : "check " + check.id() + " (" + check.good()
                                        + ") does not block; there is nothing to waive");
            }
            if (waiver.reason().isBlank()) {
                throw refusal("the waiver of check " + check.id() + " gives no reason");
            }
        }
    }

    private static DroverException refusal(String message) {
        String waivable = TABLE.stream()
                .filter(PreflightCheck::waivable)
                .map(PreflightCheck::id)
                .collect(Collectors.joining(", "));
        return new DroverException(ErrorCode.INVALID_VALUE, message, "waive only, each with a reason: " + waivable);
    }

    private static Check evaluate(PreflightCheck check, PreflightFacts facts, List<Waiver> waivers) {
        Optional<Finding> found = find(check, facts);
        if (found.isEmpty()) {
            return new Check(check.id(), check.severity(), true, check.good(), null);
        }
        Finding finding = found.orElseThrow();
        Optional<Waiver> waiver = waivers.stream()
                .filter(candidate -> candidate.check().equals(check.id()))
                .findFirst();
        if (waiver.isEmpty()) {
            return new Check(check.id(), check.severity(), false, finding.message(), finding.remedy());
        }
        return new Check(
                check.id(),
                Severity.WAIVED,
                false,
                finding.message() + " (waived: " + waiver.orElseThrow().reason() + ")",
                finding.remedy());
    }

    private static Optional<Finding> find(PreflightCheck check, PreflightFacts facts) {
        try {
            return check.test().apply(facts);
        } catch (IllegalStateException | NumberFormatException e) {
            return Optional.of(new Finding(
                    "not known whether this holds: " + check.good() + "; " + text(e.getMessage()),
                    "see that the agents of " + facts.from() + " and " + facts.to()
                            + " run the same version as this controller"));
        }
    }

    private static String text(@Nullable String message) {
        return message == null ? "no reason is given" : message;
    }
}
