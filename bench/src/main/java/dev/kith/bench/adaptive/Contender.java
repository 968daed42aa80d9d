package dev.kith.bench.adaptive;

import dev.kith.index.plan.SegmentReader;

/// Lists that are searched in some way.
///
/// @param name as it stands in tables
/// @param segment held open by whoever made it
record Contender(String name, SegmentReader segment) {}
