package dev.kith.server.http;

import java.util.function.Supplier;

/// One page: a path and what it shows now.
///
/// @param path such as `/metrics`
/// @param content made anew for every request; must not wait for anything
public record Page(String path, Supplier<Content> content) {

  /// What a page shows.
  ///
  /// @param status HTTP status code
  /// @param type media type
  /// @param text the page
  public record Content(int status, String type, String text) {}
}
