@NullMarked
package dev.kith.client.file;

import org.jspecify.annotations.NullMarked;
