package dev.kith.server.relevance;

import dev.kith.index.relevance.ModelSpec;

/// What to train.
///
/// @param name of the model
/// @param spec which model
/// @param candidates that it sees, in `[10, 1000]`
/// @param seed decides how queries are split and where training begins
/// @param unjudgedIsIrrelevant whether candidates that nobody judged are irrelevant; else they are
///   left out
/// @param setDefault whether searches that name no model take it from then on
public record TrainingRequest(
    String name,
    ModelSpec spec,
    int candidates,
    long seed,
    boolean unjudgedIsIrrelevant,
    boolean setDefault) {}
