package dev.kith.bench.crash;

import com.google.protobuf.ByteString;
import dev.kith.bench.crash.Operation.Kind;
import dev.kith.proto.v1.DeletePointsRequest;
import dev.kith.proto.v1.DeletePointsResponse;
import dev.kith.proto.v1.Durability;
import dev.kith.proto.v1.PointBatch;
import dev.kith.proto.v1.PointId;
import dev.kith.proto.v1.UpsertRequest;
import dev.kith.proto.v1.UpsertResponse;
import dev.kith.proto.v1.VectorMatrix;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/// Sends writes and enters them in the ledger, before and after.
final class Writer {
  private final Ledger ledger;

  Writer(Ledger ledger) {
    this.ledger = ledger;
  }

  Ledger ledger() {
    return ledger;
  }

  /// Upserts a batch; returns whether it was acknowledged.
  boolean upsert(Load load, List<PointId> ids, Durability durability) {
    Operation write = ledger.begin(Kind.UPSERT, ids, durability);
    UpsertResponse answer;
    try {
      answer =
          load.connection()
              .points()
              .upsert(
                  UpsertRequest.newBuilder()
                      .setCollection(ledger.collection())
                      .setPoints(batch(write, ledger.dimension()))
                      .setDurability(durability)
                      .build());
    } catch (StatusRuntimeException failure) {
      close(write, failure);
      load.failed("upsert", failure);
      return false;
    }
    ledger.acknowledge(write, answer.getLsn());
    load.countWrite();
    checkReached(write, answer.getDurability());
    if (answer.getPointCount() != write.places().size()) {
      ledger.report(
          Verdict.Kind.ANSWER,
          "%s was acknowledged with %d points".formatted(write, answer.getPointCount()));
    }
    return true;
  }

  /// Deletes points; returns whether it was acknowledged.
  ///
  /// @param mine whether nobody else writes these ids, so that the count of the deleted is known
  boolean delete(Load load, List<PointId> ids, Durability durability, boolean mine) {
    OptionalInt existing = mine ? ledger.existing(ids) : OptionalInt.empty();
    Operation write = ledger.begin(Kind.DELETE, ids, durability);
    DeletePointsResponse answer;
    try {
      answer =
          load.connection()
              .points()
              .deletePoints(
                  DeletePointsRequest.newBuilder()
                      .setCollection(ledger.collection())
                      .setIds(Ids.column(ids))
                      .setDurability(durability)
                      .build());
    } catch (StatusRuntimeException failure) {
      close(write, failure);
      load.failed("delete", failure);
      return false;
    }
    ledger.acknowledge(write, answer.getLsn());
    load.countWrite();
    checkReached(write, answer.getDurability());
    if (existing.isPresent() && existing.getAsInt() != answer.getPointCount()) {
      ledger.report(
          Verdict.Kind.ANSWER,
          "%s says it deleted %d points; %d existed"
              .formatted(write, answer.getPointCount(), existing.getAsInt()));
    }
    return true;
  }

  /// The message of a batch: what [Contents] says, in the order of its ids.
  static PointBatch batch(Operation write, int dimension) {
    List<ByteString> vectors = new ArrayList<>();
    PointBatch.Builder batch = PointBatch.newBuilder().setIds(Ids.column(write.ids()));
    for (int place = 0; place < write.ids().size(); place++) {
      ByteString vector = Contents.vector(write.number(), place, dimension);
      vectors.add(vector);
      batch.addPayloads(Contents.payload(write.number(), place, write.ids().get(place), vector));
    }
    return batch
        .setVectors(
            VectorMatrix.newBuilder().setDimension(dimension).setData(ByteString.copyFrom(vectors)))
        .build();
  }

  private void checkReached(Operation write, Durability reached) {
    if (reached.getNumber() < write.durability().getNumber()) {
      ledger.report(Verdict.Kind.ANSWER, "%s reached only %s".formatted(write, reached));
    }
  }

  private void close(Operation write, StatusRuntimeException failure) {
    if (Connection.isRefusal(failure.getStatus())) {
      ledger.refuse(write);
    } else {
      ledger.giveUp(write);
    }
  }
}
