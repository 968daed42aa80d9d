package dev.kith.bench.crash;

import com.google.protobuf.ByteString;
import dev.kith.proto.v1.PointId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// What a write of the proof puts under an id.
///
/// Everything follows from the number of the operation and the place in its batch, so that a point
/// found later tells where it comes from, and every bit of it can be checked without having been
/// remembered.
final class Contents {
  private static final Pattern ORIGIN =
      Pattern.compile("^\\{\"op\":(\\d{1,18}),\"at\":(\\d{1,9}),");
  private static final int LONGEST_PAD = 200;

  private Contents() {}

  /// The write that made a point, as its payload tells.
  ///
  /// @param operation number of the operation
  /// @param place place in its batch, from 0
  record Origin(long operation, int place) {}

  /// The vector that an operation writes at a place: little-endian, never zero, now and then with
  /// coordinates that only survive if they are kept bit for bit.
  static ByteString vector(long operation, int place, int dimension) {
    SplittableRandom random = new SplittableRandom(operation * 1_000_003L + place);
    ByteBuffer bytes = ByteBuffer.allocate(dimension * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < dimension; i++) {
      bytes.putFloat(i * Float.BYTES, (float) random.nextDouble(-1, 1));
    }
    if (dimension > 2 && place % 8 == 3) {
      bytes.putFloat(0, -0.0f);
      bytes.putFloat(Float.BYTES, Float.MIN_VALUE);
    }
    return ByteString.copyFrom(bytes.array());
  }

  /// The payload that goes with [#vector]: its origin, and a checksum of id and vector.
  static ByteString payload(long operation, int place, PointId id, ByteString vector) {
    CRC32C checksum = new CRC32C();
    checksum.update(id.toByteArray());
    checksum.update(vector.toByteArray());
    int pad = Math.floorMod(operation * 31 + place * 17L, LONGEST_PAD);
    return ByteString.copyFromUtf8(
        "{\"op\":%d,\"at\":%d,\"crc\":\"%08x\",\"pad\":\"%s\"}"
            .formatted(operation, place, checksum.getValue(), "é~".repeat(pad / 2)));
  }

  /// Reads back where a payload comes from; null if it is none of ours.
  static @Nullable Origin originOf(ByteString payload) {
    Matcher origin = ORIGIN.matcher(payload.toString(StandardCharsets.UTF_8));
    return origin.find()
        ? new Origin(Long.parseLong(origin.group(1)), Integer.parseInt(origin.group(2)))
        : null;
  }
}
