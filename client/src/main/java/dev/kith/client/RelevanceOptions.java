package dev.kith.client;

/// What a search asks of relevance. Start from [#by] or [#usual] and change what differs.
///
/// @param model name of the model; if empty, the collection's default, or `zscore` if it has none
/// @param cut which hits are cut
/// @param bestOne whether the nearest point is the answer if every hit is cut; else there is none
/// @param outlyingness whether to tell how unlike what the collection knows the query is; the model
///   must have a profile
public record RelevanceOptions(String model, Cut cut, boolean bestOne, boolean outlyingness) {

  /// Which hits are cut.
  public sealed interface Cut {

    /// None: all carry their relevance.
    record Nothing() implements Cut {}

    /// Those that are less likely relevant.
    ///
    /// @param relevance in `[0, 1]`
    record Below(float relevance) implements Cut {}

    /// As many as may be cut without missing more of the relevant candidates, on average over
    /// queries like those that the model was calibrated on. The model must be trained.
    ///
    /// @param fraction above 0 and below 1
    record MissingAtMost(float fraction) implements Cut {}
  }

  /// Relevance by a model of that name, or by `raw`, `zscore`, `gap` or `fixed_k`.
  public static RelevanceOptions by(String model) {
    return new RelevanceOptions(model, new Cut.Nothing(), false, false);
  }

  /// Relevance by the collection's default model.
  public static RelevanceOptions usual() {
    return by("");
  }

  /// The same, cutting hits that are less likely relevant.
  public RelevanceOptions atLeast(float relevance) {
    return new RelevanceOptions(model, new Cut.Below(relevance), bestOne, outlyingness);
  }

  /// The same, cutting as many as may be cut without missing more of what is relevant.
  public RelevanceOptions missingAtMost(float fraction) {
    return new RelevanceOptions(model, new Cut.MissingAtMost(fraction), bestOne, outlyingness);
  }

  /// The same, answering with the nearest point where every hit would be cut.
  public RelevanceOptions orBestOne() {
    return new RelevanceOptions(model, cut, true, outlyingness);
  }

  /// The same, telling how unlike what the collection knows the query is.
  public RelevanceOptions withOutlyingness() {
    return new RelevanceOptions(model, cut, bestOne, true);
  }
}
