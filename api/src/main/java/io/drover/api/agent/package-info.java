/** What a controller and an agent say to each other: tokens, verbs, reports. */
@NullMarked
package io.drover.api.agent;

import org.jspecify.annotations.NullMarked;
