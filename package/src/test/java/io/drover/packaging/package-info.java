/* SPDX-License-Identifier: Apache-2.0 */
/** Looks at the package as it was built. */
@NullMarked
package io.drover.packaging;

import org.jspecify.annotations.NullMarked;
