/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.checker;

/** What is proven of a run. */
public enum Check {
    /** Every acknowledged write is there: read twice, and again after its server was killed and started. */
    K1_NO_LOST_ACK("every acknowledged write is there"),
    /** Every row was written by somebody and refused to nobody. */
    K2_NO_INVENTION("no row that nobody wrote, or that was refused"),
    /** No write is there twice. */
    K3_AT_MOST_ONCE("no write is there twice"),
    /** Clients were acknowledged by one node at a time: by LSN, timeline and fork, not by clocks. */
    K5_SINGLE_WRITER_SEEN("each acknowledged write was done by the node that had the timeline, before its fork"),
    /** The old node's own WAL holds nothing acknowledged past the fork, and no two nodes took writes at a time. */
    K6_SINGLE_WRITER_TRUTH("no acknowledged commit in a WAL past its fork, no two nodes writable at a time"),
    /** The topology's epochs rise, with one node for each. */
    K7_EPOCHS("epochs rise, one node for each, every transition allowed"),
    /** Nothing is left behind. */
    K8_FINAL_STATE("nothing differs from before but what the end of the move says"),
    /** Writers waited no longer than allowed and saw only documented errors. */
    K9_PAUSES("pauses within their limit, documented errors only"),
    /** The new primary and its rollback replica hold the same rows. */
    K10_EQUALITY("primary and replica hold the same rows"),
    /** The move came to an end that has a name. */
    K11_LIVENESS("the move ended in a named state within its limit");

    private final String proves;

    Check(String proves) {
        this.proves = proves;
    }

    /** What it proves. */
    public String proves() {
        return proves;
    }

    /** Its short name, such as {@code K1}. */
    public String id() {
        return name().substring(0, name().indexOf('_'));
    }
}
