package dev.kith.server.collection;

import dev.kith.index.VectorSpace;
import dev.kith.index.relevance.LargestGap;
import dev.kith.index.relevance.RankTable;
import dev.kith.index.relevance.RawScore;
import dev.kith.index.relevance.RelevanceModel;
import dev.kith.index.relevance.Thresholds;
import dev.kith.index.relevance.TrainedModel;
import dev.kith.index.relevance.ZScore;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import dev.kith.server.storage.Family;
import dev.kith.server.storage.WriteSet;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// The models of relevance of a collection. Thread-safe; reading takes no lock.
///
/// A model is in the store before a search sees it, and gone from there before one misses it.
public final class RelevanceModels {

  /// Most models that a collection keeps.
  public static final int MAX_MODELS = 64;

  /// Most bytes that they take: they stay in memory.
  public static final long MAX_BYTES = 512L << 20;

  /// Rule of thumb that searches take which name none, where there is no default.
  public static final String USUAL = "zscore";

  /// Candidates that a rule of thumb sees, unless more hits are wanted.
  public static final int RULE_CANDIDATES = 100;

  private final CollectionContext context;
  private final SpecHolder spec;
  private final CollectionWriter writer;
  private final NavigableMap<String, KeptModel> rules;
  private final ReentrantLock changing = new ReentrantLock();
  private volatile Shelf shelf;

  /// All there is at one moment.
  ///
  /// @param models by their names, those that need no training not among them; never changed
  /// @param record the rest
  record Shelf(NavigableMap<String, KeptModel> models, RelevanceRecord record) {
    Shelf {
      models = Collections.unmodifiableNavigableMap(new TreeMap<>(models));
    }

    long bytes() {
      return models.values().stream().mapToLong(model -> model.trained().bytes()).sum();
    }
  }

  RelevanceModels(
      CollectionContext context, SpecHolder spec, CollectionWriter writer, Shelf shelf) {
    this.context = context;
    this.spec = spec;
    this.writer = writer;
    this.shelf = shelf;
    this.rules = rules(context.space());
  }

  private static NavigableMap<String, KeptModel> rules(VectorSpace space) {
    NavigableMap<String, KeptModel> rules = new TreeMap<>();
    Map.of(
            "raw",
            new RawScore(space.metric()),
            USUAL,
            ZScore.RULE,
            "gap",
            LargestGap.RULE,
            "fixed_k",
            RankTable.RULE)
        .forEach(
            (name, model) ->
                rules.put(
                    name, new KeptModel(name, 0, Instant.EPOCH, 0, 0, 0, rule(model, space))));
    return rules;
  }

  private static TrainedModel rule(RelevanceModel model, VectorSpace space) {
    return new TrainedModel(
        model,
        RULE_CANDIDATES,
        space.dimension(),
        space.metric(),
        Thresholds.NONE,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /// The model that a search names.
  ///
  /// @param name if empty, the default, or [#USUAL] if there is none
  /// @throws RefusedException with `ModelNotFound` if there is no such model
  public KeptModel find(String name) {
    Shelf now = shelf;
    String wanted = name.isEmpty() ? now.record().defaultName() : name;
    wanted = wanted.isEmpty() ? USUAL : wanted;
    KeptModel rule = rules.get(wanted);
    KeptModel found = rule == null ? now.models().get(wanted) : rule;
    if (found == null) {
      throw new RefusedException(
          new Refusal.ModelNotFound(collection(), wanted, List.copyOf(all(now).keySet())));
    }
    return found;
  }

  /// All models, by the order of their names, those that need no training among them.
  public List<KeptModel> list() {
    return List.copyOf(all(shelf).values());
  }

  private NavigableMap<String, KeptModel> all(Shelf now) {
    NavigableMap<String, KeptModel> all = new TreeMap<>(rules);
    all.putAll(now.models());
    return all;
  }

  /// Name of the default; empty if there is none.
  public String defaultName() {
    return shelf.record().defaultName();
  }

  /// Whether a name is that of a model which is there without training.
  public boolean isRule(String name) {
    return rules.containsKey(name);
  }

  /// Refuses what could not be kept.
  ///
  /// @throws RefusedException with `ModelsFull` if there is no room for another model of this name
  public void requireRoom(String name) {
    requireRoom(shelf, name, 0);
  }

  private void requireRoom(Shelf now, String name, long bytes) {
    KeptModel replaced = now.models().get(name);
    if (replaced == null && now.models().size() >= MAX_MODELS) {
      throw full("it keeps %d models, as many as it may".formatted(MAX_MODELS));
    }
    long others = now.bytes() - (replaced == null ? 0 : replaced.trained().bytes());
    if (others + bytes > MAX_BYTES) {
      throw full(
          "its other models take %,d bytes and this one %,d, and they may take %,d together"
              .formatted(others, bytes, MAX_BYTES));
    }
  }

  private RefusedException full(String problem) {
    return new RefusedException(new Refusal.ModelsFull(collection(), problem));
  }

  /// Keeps a model, in place of the one that has the name, and returns when it is on the disk.
  ///
  /// @param queries judged queries that it was fitted to; 0 of a rule of thumb
  /// @param isDefault whether searches that name no model take it from now on
  /// @throws RefusedException if there is no room, the store takes no writes or the collection was
  ///   deleted
  public KeptModel keep(
      String name, long seed, long queries, long pairs, TrainedModel trained, boolean isDefault) {
    changing.lock();
    try {
      Shelf now = shelf;
      requireRoom(now, name, trained.bytes());
      KeptModel replaced = now.models().get(name);
      long version = 1 + (replaced == null ? now.record().lastDeleted() : replaced.version());
      Instant created = context.engine().config().clock().instant().truncatedTo(ChronoUnit.MILLIS);
      KeptModel model = new KeptModel(name, version, created, seed, queries, pairs, trained);
      byte[] value = KeptModelRecord.encode(model);
      NavigableMap<String, KeptModel> models = new TreeMap<>(now.models());
      models.put(name, model);
      RelevanceRecord record =
          isDefault ? new RelevanceRecord(name, now.record().lastDeleted()) : now.record();
      change(
          new Shelf(models, record),
          value.length,
          writes -> writes.put(Family.META, Keys.relevanceModel(context.number(), name), value));
      return model;
    } finally {
      changing.unlock();
    }
  }

  /// Deletes a model, and returns when that is on the disk.
  ///
  /// @return whether there was one
  /// @throws RefusedException if it needs no training, the store takes no writes or the collection
  ///   was deleted
  public boolean delete(String name) {
    changing.lock();
    try {
      Shelf now = shelf;
      KeptModel deleted = now.models().get(name);
      if (deleted == null) {
        return false;
      }
      NavigableMap<String, KeptModel> models = new TreeMap<>(now.models());
      models.remove(name);
      RelevanceRecord before = now.record();
      RelevanceRecord record =
          new RelevanceRecord(
              before.defaultName().equals(name) ? "" : before.defaultName(),
              Math.max(before.lastDeleted(), deleted.version()));
      change(
          new Shelf(models, record),
          0,
          writes -> writes.delete(Family.META, Keys.relevanceModel(context.number(), name)));
      return true;
    } finally {
      changing.unlock();
    }
  }

  /// Says which model searches take that name none, and returns when that is on the disk.
  ///
  /// @param name empty for none
  /// @throws RefusedException with `ModelNotFound` if there is no such model, or as above
  public void setDefault(String name) {
    changing.lock();
    try {
      if (!name.isEmpty()) {
        find(name);
      }
      Shelf now = shelf;
      RelevanceRecord record = new RelevanceRecord(name, now.record().lastDeleted());
      change(new Shelf(now.models(), record), 0, _ -> {});
    } finally {
      changing.unlock();
    }
  }

  /// @param grownBytes by which the store grows; 0 if it does not
  private void change(Shelf next, long grownBytes, Consumer<WriteSet> model) {
    Change change =
        new Change(
            writer,
            Durability.DISK,
            grownBytes > 0,
            1024 + grownBytes,
            (lsn, writes) -> {
              writer.requireAlive();
              model.accept(writes);
              writes.put(
                  Family.META, Keys.meta(Keys.RELEVANCE, context.number()), next.record().encode());
              writer.afterwards(() -> shelf = next);
              return new Change.Outcome(lsn, 0);
            });
    context.engine().journal().submit(change);
    Waiting.on(change.done());
  }

  private String collection() {
    return spec.get().name();
  }
}
