@NullMarked
package dev.kith.client;

import org.jspecify.annotations.NullMarked;
