package dev.kith.client;

import java.io.Serializable;

/// A field of a request that is at fault.
///
/// @param field its path, such as `points.vectors.dimension`
/// @param problem what is wrong with it
public record FieldViolation(String field, String problem) implements Serializable {
  private static final long serialVersionUID = 1;
}
