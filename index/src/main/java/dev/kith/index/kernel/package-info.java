/// Arithmetic on vectors of 32-bit floats (inner product, squared distance, cosine), on rows of
/// 16-bit numbers, of bytes and of bits, estimates from 4-bit codes and the rounding that makes
/// them, and the transform that rotations are made of.
///
/// Start at [dev.kith.index.kernel.VectorKernel] and [dev.kith.index.kernel.FastScan]; rows of
/// fewer bits have [dev.kith.index.kernel.HalfKernel], [dev.kith.index.kernel.ByteKernel] and
/// [dev.kith.index.kernel.LevelKernel] and [dev.kith.index.kernel.BitKernel]. Every operation
/// exists twice: a scalar kernel that is the definition, and a SIMD kernel that is the one that
/// runs. This package is the only door to `jdk.incubator.vector`.
///
/// **Memory safety.** The launcher turns the incubator's own bounds check off
/// (`-Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0`), so each kernel call checks every operand
/// against its segment once, before its first load. No kernel loads a byte past the dimension it is
/// given.
///
/// **One class of segment.** Operands should all be plain native segments. Those that a
/// [java.nio.channels.FileChannel] maps are of another class, and so are those on the heap; where
/// both have been seen, C2 asks which it is at every load, and loops run at a third to half of
/// their speed.
@NullMarked
package dev.kith.index.kernel;

import org.jspecify.annotations.NullMarked;
