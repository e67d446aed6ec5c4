/* SPDX-License-Identifier: Apache-2.0 */
/** Who calls, and what they may do. */
@NullMarked
package io.drover.daemon.access;

import org.jspecify.annotations.NullMarked;
