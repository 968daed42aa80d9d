package dev.kith.bench.crash;

import com.google.protobuf.ByteString;
import dev.kith.proto.v1.MixedIds;
import dev.kith.proto.v1.NumberIds;
import dev.kith.proto.v1.PointId;
import dev.kith.proto.v1.PointIds;
import dev.kith.proto.v1.TextIds;
import java.nio.ByteBuffer;
import java.util.List;

/// Ids of all three kinds, in spaces that do not overlap.
final class Ids {
  private Ids() {}

  /// The `index`-th id of a space; its kind is its remainder by three.
  static PointId of(int space, int index) {
    long number = ((long) space << 32) | index;
    return switch (index % 3) {
      // Scattered over all 64 bits, so that some are beyond the signed range.
      case 0 -> PointId.newBuilder().setNumber(Long.reverse(number)).build();
      case 1 -> {
        byte[] uuid = ByteBuffer.allocate(16).putLong(~number).putLong(number).array();
        yield PointId.newBuilder().setUuid(ByteString.copyFrom(uuid)).build();
      }
      default -> PointId.newBuilder().setText("%d/ß☂/%d".formatted(space, index)).build();
    };
  }

  /// The ids as one column: compact if all are of one kind.
  static PointIds column(List<PointId> ids) {
    if (ids.stream().allMatch(PointId::hasNumber)) {
      return PointIds.newBuilder()
          .setNumbers(
              NumberIds.newBuilder().addAllValues(ids.stream().map(PointId::getNumber).toList()))
          .build();
    }
    if (ids.stream().allMatch(PointId::hasUuid)) {
      return PointIds.newBuilder()
          .setUuids(ByteString.copyFrom(ids.stream().map(PointId::getUuid).toList()))
          .build();
    }
    if (ids.stream().allMatch(PointId::hasText)) {
      return PointIds.newBuilder()
          .setTexts(TextIds.newBuilder().addAllValues(ids.stream().map(PointId::getText).toList()))
          .build();
    }
    return PointIds.newBuilder().setMixed(MixedIds.newBuilder().addAllValues(ids)).build();
  }
}
