/// Work on many rows, shared out among threads.
@NullMarked
package dev.kith.index.work;

import org.jspecify.annotations.NullMarked;
