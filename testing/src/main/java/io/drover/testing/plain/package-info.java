/* SPDX-License-Identifier: Apache-2.0 */
/** Clients that know nothing of Drover, as docs/clients.md sets them up, and what they see. */
@NullMarked
package io.drover.testing.plain;

import org.jspecify.annotations.NullMarked;
