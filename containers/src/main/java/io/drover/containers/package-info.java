/* SPDX-License-Identifier: Apache-2.0 */
/** Machines with Debian in containers: they boot systemd, and nothing of Drover is in them before a test or a playbook puts it there. */
@NullMarked
package io.drover.containers;

import org.jspecify.annotations.NullMarked;
