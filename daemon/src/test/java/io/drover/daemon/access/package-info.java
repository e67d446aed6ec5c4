/* SPDX-License-Identifier: Apache-2.0 */
@NullMarked
package io.drover.daemon.access;

import org.jspecify.annotations.NullMarked;
