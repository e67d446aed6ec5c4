/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import io.drover.bench.WriteClient;
import java.sql.SQLException;

/** A client whose writers can be stopped and pointed to another server. */
interface HandClient extends WriteClient {
    /** What is done while nobody writes. */
    interface Recipe {
        void run() throws SQLException;
    }

    /** Stops the writers, follows the recipe, points the writers to the other server, and lets them go on. */
    void switchOver(Recipe recipe) throws SQLException;
}
