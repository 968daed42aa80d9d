package dev.kith.client;

/// What a training brought.
///
/// @param model as it is kept
/// @param report what the queries say that were held out; of no models where none were judged
public record TrainedModel(RelevanceModel model, RelevanceReport report) {}
