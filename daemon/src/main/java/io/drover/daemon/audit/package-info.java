/* SPDX-License-Identifier: Apache-2.0 */
/** The record of every request that changes something. */
@NullMarked
package io.drover.daemon.audit;

import org.jspecify.annotations.NullMarked;
