@NullMarked
package io.drover.client;

import org.jspecify.annotations.NullMarked;
