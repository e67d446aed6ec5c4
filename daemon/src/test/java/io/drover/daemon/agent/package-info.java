@NullMarked
package io.drover.daemon.agent;

import org.jspecify.annotations.NullMarked;
