/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

/** Writers together with the client that they write through, which ends with them. */
public record ClientLoad(WriteClient client, Load load) implements ObservedLoad {
    @Override
    public void prepare() {
        client.prepare();
    }

    @Override
    public Observed observed(long fence, long serving) {
        return load.observed(fence, serving);
    }

    @Override
    public long errors() {
        return load.errors();
    }

    @Override
    public void close() {
        try {
            load.close();
        } finally {
            client.close();
        }
    }
}
