/* SPDX-License-Identifier: Apache-2.0 */
/** Makes what a package tells of the commands: man pages and the completion of bash. */
@NullMarked
package io.drover.packaging;

import org.jspecify.annotations.NullMarked;
