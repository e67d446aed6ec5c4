/** The write fence: its transitions, the participants that drain under it, and the seal that safety rests on. */
@NullMarked
package io.drover.fencing;

import org.jspecify.annotations.NullMarked;
