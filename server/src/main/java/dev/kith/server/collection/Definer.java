package dev.kith.server.collection;

import dev.kith.server.storage.Family;
import dev.kith.server.storage.WriteSet;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/// Changes the definition of a collection while it lives. Thread-safe.
///
/// The new one is in the store before anything follows it. Of another index, the growing segment
/// ends, and what is sealed goes on as it is until the merger has rebuilt it: see [MergePolicy].
final class Definer {
  private final CollectionContext context;
  private final Instant created;
  private final SpecHolder holder;
  private final CollectionWriter writer;
  private final Segments segments;
  private final ReentrantLock changing = new ReentrantLock();
  private Runnable onChange = () -> {};

  /// @param created when the collection was
  Definer(
      CollectionContext context,
      Instant created,
      SpecHolder holder,
      CollectionWriter writer,
      Segments segments) {
    this.context = context;
    this.created = created;
    this.holder = holder;
    this.writer = writer;
    this.segments = segments;
  }

  /// Runs `follow` on the committer thread after every change, from now on.
  void onChange(Runnable follow) {
    onChange = follow;
  }

  /// Changes the definition, unless it would stay as it is.
  ///
  /// @param change makes the new definition of the present one; of the same name and space
  /// @throws dev.kith.server.refusal.RefusedException if the store takes no writes or the
  ///   collection was deleted
  void change(UnaryOperator<Definition> change) {
    changing.lock();
    try {
      Definition before = holder.definition();
      Definition next = change.apply(before);
      if (!next.equals(before)) {
        submit(before, next);
      }
    } finally {
      changing.unlock();
    }
  }

  private void submit(Definition before, Definition next) {
    Change change =
        Change.internal(
            writer,
            (lsn, writes) -> {
              writer.requireAlive();
              write(writes, next);
              writer.afterwards(
                  () -> {
                    holder.set(next);
                    segments.deferIndexing(next.spec().indexingDeferred());
                  });
              if (!next.spec().index().equals(before.spec().index())) {
                writer.rollAfterwards();
              }
              writer.afterwards(onChange);
              return new Change.Outcome(lsn, 0);
            });
    context.engine().journal().submit(change);
    Waiting.on(change.done());
  }

  private void write(WriteSet writes, Definition definition) {
    writes.put(
        Family.META,
        Keys.meta(Keys.COLLECTION, context.number()),
        new CollectionRecord(definition.spec(), created).encode());
    byte[] key = Keys.meta(Keys.CHOICE, context.number());
    definition
        .choice()
        .ifPresentOrElse(
            choice -> writes.put(Family.META, key, ChoiceRecord.encode(choice)),
            () -> writes.delete(Family.META, key));
  }
}
