/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import org.jspecify.annotations.Nullable;

/**
 * A client that holds connections to a shard: the content of its ephemeral znode.
 *
 * @param v version of the record's form, 1
 * @param name what people call the client
 * @param host where it runs
 * @param ackedEpoch the FENCED epoch up to which it has drained its work
 * @param targetReady whether its pool to the target is warm
 * @param group of a pooler's adapter, or null for any other client
 * @param trouble why it could not take part in a fence as it should, or null; a pooler's adapter tells it before there is one
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Participant(
        int v,
        String name,
        String host,
        FenceEpoch ackedEpoch,
        boolean targetReady,
        @Nullable String group,
        @Nullable String trouble) {
    public Participant {
        // clients of any language write these, and people read them
        ackedEpoch = ackedEpoch == null ? new FenceEpoch(0) : ackedEpoch;
        name = name == null ? "unnamed" : SafeText.line(name);
        host = host == null ? "unknown" : SafeText.line(host);
        group = group == null ? null : SafeText.line(group);
        trouble = trouble == null ? null : SafeText.line(trouble);
    }

    /** A client that is no pooler's adapter. */
    public Participant(int v, String name, String host, FenceEpoch ackedEpoch, boolean targetReady) {
        this(v, name, host, ackedEpoch, targetReady, null, null);
    }
}
