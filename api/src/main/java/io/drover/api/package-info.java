/** The shared language of Drover: ids, records, errors and their JSON. Depends on no framework. */
@NullMarked
package io.drover.api;

import org.jspecify.annotations.NullMarked;
