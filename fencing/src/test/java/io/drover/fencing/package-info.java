@NullMarked
package io.drover.fencing;

import org.jspecify.annotations.NullMarked;
