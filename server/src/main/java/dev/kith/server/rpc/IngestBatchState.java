package dev.kith.server.rpc;

import dev.kith.server.collection.UpsertBatch;
import dev.kith.server.collection.WriteAck;
import dev.kith.server.refusal.PointError;
import dev.kith.server.rpc.PointMessages.ReadBatch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One batch of an ingest stream from its arrival to its acknowledgement.
final class IngestBatchState {
  private final long sequence;
  private final long bytes;
  private final ReadBatch read;
  private UpsertBatch batch;
  private boolean reduced;
  private boolean paid;
  private boolean submitted;
  private @Nullable WriteAck ack;

  IngestBatchState(long sequence, long bytes, ReadBatch read) {
    this.sequence = sequence;
    this.bytes = bytes;
    this.read = read;
    this.batch = read.whole();
  }

  long sequence() {
    return sequence;
  }

  /// Bytes it costs of the budget.
  long bytes() {
    return bytes;
  }

  /// The batch as it arrived.
  ReadBatch read() {
    return read;
  }

  /// What is to be written of it.
  UpsertBatch batch() {
    return batch;
  }

  /// Goes on without the points that cannot be stored.
  void reduce(List<PointError> errors, int dimension) {
    batch = read.without(errors, dimension);
    reduced = true;
  }

  /// Whether points were left out.
  boolean isReduced() {
    return reduced;
  }

  /// Whether its bytes were taken from the budget.
  boolean isPaid() {
    return paid;
  }

  void setPaid() {
    paid = true;
  }

  /// Whether the collection has it, or had it and has written it.
  boolean isSubmitted() {
    return submitted;
  }

  void setSubmitted(boolean value) {
    submitted = value;
  }

  @Nullable WriteAck ack() {
    return ack;
  }

  void acknowledge(WriteAck write) {
    ack = write;
  }
}
