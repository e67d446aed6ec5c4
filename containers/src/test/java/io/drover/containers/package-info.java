/* SPDX-License-Identifier: Apache-2.0 */
/** What is built here, on machines in containers. */
@NullMarked
package io.drover.containers;

import org.jspecify.annotations.NullMarked;
