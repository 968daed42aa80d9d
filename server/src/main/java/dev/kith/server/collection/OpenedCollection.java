package dev.kith.server.collection;

/// The parts of a collection, put together.
///
/// @param context what they share
/// @param spec its definition
/// @param writer its writer
/// @param segments its segments
/// @param sessions its ingest sessions
/// @param seals its segments that wait to be sealed
/// @param definer changes its definition
/// @param models its models of relevance
/// @param rebuiltSegments segment files that were set aside
record OpenedCollection(
    CollectionContext context,
    SpecHolder spec,
    CollectionWriter writer,
    Segments segments,
    IngestSessions sessions,
    SealQueue seals,
    Definer definer,
    RelevanceModels models,
    int rebuiltSegments) {}
