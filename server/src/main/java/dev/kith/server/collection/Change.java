package dev.kith.server.collection;

import dev.kith.server.storage.JournalEntry;
import dev.kith.server.storage.Participant;
import dev.kith.server.storage.WriteSet;
import java.util.concurrent.CompletableFuture;

/// A change to a collection on its way through the journal, and the promise of its acknowledgement.
final class Change implements JournalEntry {
  /// Adds the change to its group; runs on the committer thread.
  interface Step {
    /// Adds the change, and returns what to acknowledge it with.
    Outcome prepare(long lsn, WriteSet writes);
  }

  /// What a step acknowledges.
  ///
  /// @param lsn position of the change
  /// @param points points that it touched
  record Outcome(long lsn, int points) {}

  private final Participant participant;
  private final Durability durability;
  private final boolean grows;
  private final long bytes;
  private final Step step;
  private final CompletableFuture<WriteAck> done = new CompletableFuture<>();
  private Outcome outcome = new Outcome(0, 0);

  Change(Participant participant, Durability durability, boolean grows, long bytes, Step step) {
    this.participant = participant;
    this.durability = durability;
    this.grows = grows;
    this.bytes = bytes;
    this.step = step;
  }

  /// A change of the server's own: small, and forced to the disk.
  static Change internal(Participant participant, Step step) {
    return new Change(participant, Durability.DISK, false, 1024, step);
  }

  CompletableFuture<WriteAck> done() {
    return done;
  }

  @Override
  public Participant participant() {
    return participant;
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Override
  public boolean forced() {
    return durability == Durability.DISK;
  }

  @Override
  public boolean grows() {
    return grows;
  }

  @Override
  public void prepare(long lsn, WriteSet writes) {
    outcome = step.prepare(lsn, writes);
  }

  @Override
  public void acknowledge(boolean forced) {
    Durability reached = forced ? Durability.DISK : Durability.OS;
    done.complete(new WriteAck(outcome.lsn(), reached, outcome.points()));
  }

  @Override
  public void fail(RuntimeException failure) {
    done.completeExceptionally(failure);
  }
}
