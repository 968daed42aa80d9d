package dev.kith.server.search;

/// What a search asks of relevance, in range.
///
/// @param model name of the model; if empty, the collection's default
/// @param cut which hits are cut
/// @param bestOne whether the nearest point is the answer if every hit is cut; else there is none
/// @param outlyingness whether to tell how unlike what the collection knows the query is
public record Relevance(String model, Cut cut, boolean bestOne, boolean outlyingness) {

  /// Which hits are cut.
  public sealed interface Cut {

    /// None.
    record Nothing() implements Cut {}

    /// Those that are less likely relevant.
    ///
    /// @param relevance in `[0, 1]`
    record Below(float relevance) implements Cut {}

    /// As many as may be cut without missing more of the relevant candidates, on average.
    ///
    /// @param fraction above 0 and below 1
    record MissingAtMost(double fraction) implements Cut {}
  }
}
