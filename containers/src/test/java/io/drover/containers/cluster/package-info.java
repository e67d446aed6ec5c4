/* SPDX-License-Identifier: Apache-2.0 */
/** An installation of Drover on machines that the playbooks have set up, what is done to it, and what has to hold all the same. */
@NullMarked
package io.drover.containers.cluster;

import org.jspecify.annotations.NullMarked;
