package dev.kith.server.collection;

import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.store.Lease;
import dev.kith.server.collection.CollectionWriter.Progress;
import dev.kith.server.refusal.PointError;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import dev.kith.server.storage.Family;
import dev.kith.server.storage.StoreSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A named set of points. Thread-safe.
///
/// Writes are queued for the journal's committer and acknowledged through a future once they are as
/// durable as asked for and visible to every later read. A write is refused either at once, by a
/// [RefusedException] from the method, or later, by one in the future. Futures complete on the
/// committer thread: dependents that do more than hand over belong on another executor.
///
/// After the collection is deleted, reads find nothing or throw [RefusedException] with
/// `CollectionNotFound`.
public final class Collection {
  private static final Duration MIN_BACKOFF = Duration.ofMillis(50);
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(5);

  /// Rows a linker links in a millisecond, roughly; only to estimate how long a tail takes.
  private static final int LINKED_PER_MILLISECOND = 2;

  private final CollectionContext context;
  private final Instant created;
  private final SpecHolder spec;
  private final CollectionWriter writer;
  private final Segments segments;
  private final IngestSessions sessions;
  private final SealQueue seals;
  private final Definer definer;
  private final BatchRules rules;
  private final RelevanceModels models;
  private final int rebuiltSegments;

  Collection(OpenedCollection opened, Instant created) {
    this.context = opened.context();
    this.created = created;
    this.spec = opened.spec();
    this.writer = opened.writer();
    this.segments = opened.segments();
    this.sessions = opened.sessions();
    this.seals = opened.seals();
    this.definer = opened.definer();
    this.models = opened.models();
    this.rebuiltSegments = opened.rebuiltSegments();
    this.rules =
        new BatchRules(
            context.space(), new PayloadRules(context.engine().config().maxPayloadBytes()));
  }

  /// The collection as it is now.
  public CollectionInfo info() {
    Definition now = spec.definition();
    return new CollectionInfo(context.number(), now.spec(), created, count(), now.choice());
  }

  /// The points of a batch that cannot be stored, in the order of the batch; [#upsert] refuses a
  /// batch that has any.
  ///
  /// @throws IllegalArgumentException if the matrix has not as many rows as there are ids
  public List<PointError> validate(UpsertBatch batch) {
    return rules.check(batch);
  }

  /// Writes points, replacing those whose ids exist; all of the batch or nothing.
  ///
  /// @return with `points` the number of distinct ids
  /// @throws RefusedException if a point cannot be stored, the tail or the queue is too long, the
  ///   disk is full or the store is fenced
  public CompletableFuture<WriteAck> upsert(UpsertBatch batch, Durability durability) {
    return upsert(batch, durability, null);
  }

  /// Writes the next batch of an ingest session. A batch that is in the store already is
  /// acknowledged again and not written again; one that skips a batch is refused with
  /// `IngestSequence`. May be empty, which only moves the session on.
  ///
  /// Is let in while unary writes are refused for a long tail, up to twice its limit: pause when
  /// [#backoff()] says so.
  ///
  /// @throws RefusedException as above
  public CompletableFuture<WriteAck> upsert(
      UpsertBatch batch, Durability durability, @Nullable IngestMark mark) {
    List<PointError> errors = rules.check(batch);
    if (!errors.isEmpty()) {
      int reported = Math.min(errors.size(), Refusal.PointsRejected.MAX_REPORTED);
      throw new RefusedException(new Refusal.PointsRejected(errors.subList(0, reported)));
    }
    requireRoom(mark == null ? 1 : 2);
    return submit(
        new Change(
            writer,
            durability,
            true,
            batch.bytes(),
            (lsn, writes) -> writer.upsert(lsn, writes, batch, mark)));
  }

  /// Refuses a write while too many rows wait to be linked: for a while where linkers are at work,
  /// for good where that is deferred.
  private void requireRoom(int tails) {
    long unlinked = segments.unlinked();
    if (spec.get().indexingDeferred()) {
      long limit = context.engine().config().deferredBytes();
      long bytes = unlinked * GrowingSegment.unlinkedBytes(context.space());
      if (bytes >= limit) {
        throw new RefusedException(
            new Refusal.DeferredFull(spec.get().name(), unlinked, bytes, limit));
      }
    } else if (unlinked >= (long) tails * context.engine().config().tailPoints()) {
      throw new RefusedException(new Refusal.Overloaded(drainTime()));
    }
  }

  /// How long a bulk load should pause because the tail is too long; empty if it should not, as
  /// where indexing is deferred.
  public Optional<Duration> backoff() {
    return !spec.get().indexingDeferred()
            && segments.unlinked() >= context.engine().config().tailPoints()
        ? Optional.of(drainTime())
        : Optional.empty();
  }

  /// Time in which the linkers bring the tail some way below its limit.
  private Duration drainTime() {
    int limit = context.engine().config().tailPoints();
    long excess = segments.unlinked() - limit + limit / 10;
    long millis =
        excess / ((long) LINKED_PER_MILLISECOND * context.engine().linkers().threadCount());
    return Duration.ofMillis(Math.clamp(millis, MIN_BACKOFF.toMillis(), MAX_BACKOFF.toMillis()));
  }

  /// Deletes points by id.
  ///
  /// @return with `points` the number of ids that existed
  /// @throws RefusedException if the queue is full or the store is fenced
  public CompletableFuture<WriteAck> delete(List<PointId> ids, Durability durability) {
    List<PointId> copy = List.copyOf(ids);
    return submit(
        new Change(
            writer,
            durability,
            false,
            64L * copy.size(),
            (lsn, writes) -> writer.delete(lsn, writes, copy)));
  }

  /// The last batch of an ingest session that is in the store; empty if the session is unknown,
  /// ended or was silent for 7 days.
  public OptionalLong ingestPosition(String session) {
    return sessions
        .find(session, context.engine().config().clock().instant())
        .map(record -> OptionalLong.of(record.sequence()))
        .orElseGet(OptionalLong::empty);
  }

  /// Forgets an ingest session; does nothing if there is none.
  ///
  /// Always on the disk before it is acknowledged, whatever the session asked for: were it lost,
  /// the next load under the same name would find its batches taken for written.
  public CompletableFuture<WriteAck> endIngest(String session) {
    return submit(
        new Change(
            writer,
            Durability.DISK,
            false,
            session.length(),
            (lsn, writes) -> writer.endIngest(lsn, writes, session)));
  }

  private CompletableFuture<WriteAck> submit(Change change) {
    context.engine().journal().submit(change);
    return change.done();
  }

  /// Reads points by id, null for those that do not exist.
  ///
  /// @param vectors whether to read vectors
  /// @param payloads whether to read payloads
  public List<@Nullable StoredPoint> get(List<PointId> ids, boolean vectors, boolean payloads) {
    List<byte[]> keys = new ArrayList<>(ids.size());
    for (PointId id : ids) {
      keys.add(Keys.point(context.number(), id.toKey()));
    }
    try (StoreSnapshot snapshot = context.engine().store().snapshot()) {
      List<byte @Nullable []> values = snapshot.multiGet(Family.POINTS, keys);
      List<PointId> existing = new ArrayList<>();
      List<PointRecord> places = new ArrayList<>();
      for (int i = 0; i < ids.size(); i++) {
        byte[] value = values.get(i);
        if (value != null) {
          existing.add(ids.get(i));
          places.add(PointRecord.decode(value));
        }
      }
      List<StoredPoint> found = reader(vectors, payloads).points(snapshot, existing, places);
      List<@Nullable StoredPoint> points = new ArrayList<>(ids.size());
      int next = 0;
      for (byte[] value : values) {
        points.add(value == null ? null : found.get(next++));
      }
      return points;
    }
  }

  /// Walks the points in the order of their ids.
  ///
  /// @param after where to begin, exclusive; null to begin at the first point
  public PointScan scan(@Nullable PointId after, boolean vectors, boolean payloads) {
    byte[] first = Keys.first(context.number());
    if (after != null) {
      byte[] key = Keys.point(context.number(), after.toKey());
      first = Arrays.copyOf(key, key.length + 1); // The smallest key that is larger.
    }
    StoreSnapshot snapshot = context.engine().store().snapshot();
    return new PointScan(reader(vectors, payloads), snapshot, first, Keys.end(context.number()));
  }

  private PointReader reader(boolean vectors, boolean payloads) {
    return new PointReader(context.number(), context.space().dimension(), vectors, payloads);
  }

  /// Live points, exactly.
  public long count() {
    return writer.progress().points();
  }

  /// LSN of the last write that is visible; 0 before the first.
  public long lsn() {
    return writer.progress().lsn();
  }

  /// Borrows the collection as it is now for one search.
  ///
  /// @throws RefusedException if the collection was deleted or is closed
  public SearchSnapshot acquire() {
    return new SearchSnapshot(context, lease());
  }

  private Lease<SegmentSet> lease() {
    try {
      return segments.acquire();
    } catch (IllegalStateException closed) {
      throw new RefusedException(new Refusal.CollectionNotFound(spec.get().name()));
    }
  }

  /// The point that a row is a version of, or null if that version is gone.
  public @Nullable StoredPoint fetch(long row, boolean vectors, boolean payloads) {
    try (StoreSnapshot snapshot = context.engine().store().snapshot()) {
      return reader(vectors, payloads).byRow(snapshot, new long[] {row}).getFirst();
    }
  }

  /// Its models of relevance.
  public RelevanceModels relevance() {
    return models;
  }

  /// What the collection holds and costs.
  public CollectionStats stats() {
    Progress progress = writer.progress();
    try (Lease<SegmentSet> lease = lease()) {
      IndexSpec index = spec.get().index();
      List<SegmentStats> each =
          lease.get().segments().stream().map(segment -> segment.stats(index)).toList();
      long outdated =
          each.stream().filter(SegmentStats::outdated).mapToLong(SegmentStats::points).sum();
      long dead = each.stream().mapToLong(SegmentStats::deadRows).sum();
      long unlinked = each.stream().mapToLong(SegmentStats::unlinked).sum();
      long files = each.stream().filter(SegmentStats::sealed).mapToLong(SegmentStats::bytes).sum();
      long memory = each.stream().mapToLong(SegmentStats::memoryBytes).sum();
      return new CollectionStats(
          progress.points(),
          unlinked,
          dead,
          outdated,
          progress.lsn(),
          memory,
          files,
          rebuiltSegments,
          each);
    }
  }

  /// Links and seals everything written so far and merges the segments that are worth it, in the
  /// background. Attaches to the optimization under way, if there is one; goes on where a cancelled
  /// one stopped.
  ///
  /// @throws RefusedException if the store is fenced or the collection was deleted
  public OptimizeHandle optimize() {
    return seals.optimize();
  }

  /// Stops the optimization under way at the next row, and returns when it has stopped. What is
  /// linked or sealed stays so. Sealing goes on with the next optimization, or when the next
  /// segment is full unless indexing is deferred.
  ///
  /// @return whether there was one
  public boolean cancelOptimization() {
    return seals.cancel();
  }

  /// Checks the invariants of the collection at one moment: ids and rows are bijective, counts
  /// agree, segments hold exactly the live rows with the right vectors, graphs are sound.
  ///
  /// Reads everything; writes and searches go on meanwhile.
  ///
  /// @return every violation in words, at most 1,000; empty if all holds
  public List<String> verify() {
    return new Verification(context, writer, segments).run();
  }

  /// Changes the definition.
  ///
  /// @throws IllegalArgumentException if the name or the space would change
  void update(UnaryOperator<CollectionSpec> change) {
    definer.change(
        now -> {
          CollectionSpec next = change.apply(now.spec());
          if (!next.name().equals(now.spec().name()) || !next.space().equals(context.space())) {
            throw new IllegalArgumentException(
                "the name and the space of a collection stay: expected %s and %s, got %s and %s"
                    .formatted(now.spec().name(), context.space(), next.name(), next.space()));
          }
          return now.with(next);
        });
  }

  /// Deletes the collection and all that is in it.
  void drop() {
    Change change =
        Change.internal(
            writer,
            (lsn, writes) -> {
              writer.drop(writes);
              return new Change.Outcome(lsn, 0);
            });
    Waiting.on(submit(change));
    seals.hold();
    context.files().removeSetAside();
  }

  /// Lets go of the segments. The journal must be closed.
  void close() {
    seals.close();
    segments.close(false);
  }
}
