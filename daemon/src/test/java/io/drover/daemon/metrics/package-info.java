@org.jspecify.annotations.NullMarked
package io.drover.daemon.metrics;
