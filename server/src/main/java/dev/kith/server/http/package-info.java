/// A second, small port for machines that watch the server: `/metrics` and `/healthz`, read-only,
/// and nothing else.
@NullMarked
package dev.kith.server.http;

import org.jspecify.annotations.NullMarked;
