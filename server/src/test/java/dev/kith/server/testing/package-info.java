/// What the tests of the server share.
@NullMarked
package dev.kith.server.testing;

import org.jspecify.annotations.NullMarked;
