@NullMarked
package dev.kith.client.cli;

import org.jspecify.annotations.NullMarked;
