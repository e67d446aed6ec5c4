/** What fakes and the real thing have to do alike. */
@NullMarked
package io.drover.testing.contract;

import org.jspecify.annotations.NullMarked;
