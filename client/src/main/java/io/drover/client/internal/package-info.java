/**
 * What the client kit stands on, for tests in other modules that put servers and time of their own under it. No part of the API: it
 * changes without notice.
 */
@NullMarked
package io.drover.client.internal;

import org.jspecify.annotations.NullMarked;
