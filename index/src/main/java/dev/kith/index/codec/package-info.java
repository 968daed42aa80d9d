/// How a row is encoded, and how a query is scored against encoded rows.
///
/// Start at [dev.kith.index.codec.Scorer], which is all that an index sees of rows, whether they
/// are floats, 16-bit numbers ([dev.kith.index.codec.HalfRows]), bytes
/// ([dev.kith.index.codec.Int8Rows]), bits ([dev.kith.index.codec.RabitqRows]), levels
/// ([dev.kith.index.codec.LevelRows]) or words ([dev.kith.index.codec.WordRows]): the codes of a
/// segment are [dev.kith.index.codec.SegmentCodes], one of the last five. At
/// [dev.kith.index.codec.RabitqCode], by which a graph's records say how near a node's neighbours
/// are. And at [dev.kith.index.codec.ProductQuantizer], whose words stand for rows as they are or
/// turned ([dev.kith.index.codec.RotationTraining]), relative to the centroids of an inverted file
/// or to one mean: looked up in blocks ([dev.kith.index.codec.ProductCode]) or row by row
/// ([dev.kith.index.codec.ProductRows]).
@NullMarked
package dev.kith.index.codec;

import org.jspecify.annotations.NullMarked;
