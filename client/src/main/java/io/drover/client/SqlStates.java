/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.client;

/** SQLSTATE values of the kit's own failures (PostgreSQL documentation, appendix A, class 08). */
final class SqlStates {
    /** sqlclient_unable_to_establish_sqlconnection. */
    static final String REFUSED = "08001";
    /** connection_does_not_exist. */
    static final String CLOSED = "08003";

    /** sqlserver_rejected_establishment_of_sqlconnection. */
    static final String REJECTED = "08004";
    /** transaction_resolution_unknown. */
    static final String OUTCOME_UNKNOWN = "08007";

    private SqlStates() {}
}
