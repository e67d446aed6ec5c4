/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

import io.drover.testing.checker.Finding.Verdict;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The judgement of one run.
 *
 * @param findings one for each check
 * @param vacuous why the run proves nothing, whatever the checks say; empty when it does prove something
 */
public record Report(List<Finding> findings, List<String> vacuous) {
    /** Makes the lists unmodifiable. */
    public Report {
        findings = List.copyOf(findings);
        vacuous = List.copyOf(vacuous);
    }

    /** Whether nothing is broken. */
    public boolean isClean() {
        return broken().isEmpty();
    }

    /** Whether the run counts: it could have shown something, and each check that applies had what it needs. */
    public boolean counts() {
        return vacuous.isEmpty() && unproven().isEmpty();
    }

    /** Checks that found something. */
    public Set<Check> broken() {
        return having(Verdict.BROKEN);
    }

    /** Checks that lacked something. */
    public Set<Check> unproven() {
        return having(Verdict.UNPROVEN);
    }

    /** What a check found. */
    public Finding of(Check check) {
        return findings.stream()
                .filter(finding -> finding.check() == check)
                .findFirst()
                .orElseThrow();
    }

    /** Acknowledged writes that are not there. */
    public long lost() {
        return of(Check.K1_NO_LOST_ACK).violations();
    }

    /** Writes that are there more than once. */
    public long duplicated() {
        return of(Check.K3_AT_MOST_ONCE).violations();
    }

    /** Signs of two nodes that took writes. */
    public long twoPrimaries() {
        return of(Check.K5_SINGLE_WRITER_SEEN).violations()
                + of(Check.K6_SINGLE_WRITER_TRUTH).violations()
                + of(Check.K7_EPOCHS).violations();
    }

    /** Things left behind. */
    public long leftovers() {
        return of(Check.K8_FINAL_STATE).violations();
    }

    /** One line for each check that did not hold, and one for each reason to call the run vacuous. */
    public List<String> lines() {
        return Stream.concat(
                        findings.stream()
                                .filter(finding ->
                                        finding.verdict() == Verdict.BROKEN || finding.verdict() == Verdict.UNPROVEN)
                                .map(Report::line),
                        vacuous.stream().map(reason -> "vacuous: " + reason))
                .toList();
    }

    private static String line(Finding finding) {
        return finding.check().id() + " " + finding.verdict().name().toLowerCase(Locale.ROOT)
                + (finding.verdict() == Verdict.BROKEN ? ", " + finding.violations() + " times: " : ": ")
                + String.join("; ", finding.examples());
    }

    private Set<Check> having(Verdict verdict) {
        return findings.stream()
                .filter(finding -> finding.verdict() == verdict)
                .map(Finding::check)
                .collect(Collectors.toSet());
    }
}
