package dev.kith.client;

/// What a scorer would like, by its scores for a few points.
///
/// @param found points that the scorer was not called for, the most promising first; their scores
///   are what it is predicted to give them
/// @param latent the vector that was solved for
/// @param rmsError root of the mean squared difference of given and predicted scores
@SuppressWarnings("ArrayRecordComponent") // Handed to the next call, compared by nobody.
public record LatentResult(SearchResult found, float[] latent, double rmsError) {}
