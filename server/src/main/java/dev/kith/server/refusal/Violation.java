package dev.kith.server.refusal;

/// One field of a request that cannot stay as it is.
///
/// @param field path of the field, such as `vector.dimension`
/// @param problem what is wrong, what was expected, the value seen
public record Violation(String field, String problem) {}
