/** Each check is given a history that it must refuse, and one that it must accept. */
@NullMarked
package io.drover.testing.checker;

import org.jspecify.annotations.NullMarked;
