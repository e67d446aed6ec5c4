/* SPDX-License-Identifier: Apache-2.0 */
/** What clients see of a switch: the same load through switches of different kinds, in turns. */
@NullMarked
package io.drover.bench.switchover;

import org.jspecify.annotations.NullMarked;
