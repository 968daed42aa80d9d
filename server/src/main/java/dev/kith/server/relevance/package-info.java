/// Trains and judges models of relevance over the points of a collection.
///
/// Start at [dev.kith.server.relevance.RelevanceTrainer]. What a model is and how it is fitted is
/// the engine's business ([dev.kith.index.relevance]); here the candidates of judged queries are
/// looked for, and what comes of a training is kept with the collection.
@NullMarked
package dev.kith.server.relevance;

import org.jspecify.annotations.NullMarked;
