/** Keeps the negative controls fitting to what they sabotage. */
@NullMarked
package io.drover.testing.sabotage;

import org.jspecify.annotations.NullMarked;
