package dev.kith.server.search;

import dev.kith.index.build.IndexSpec;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.Widths;
import dev.kith.index.codec.Widths.Rung;
import dev.kith.server.collection.CollectionSpec;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import java.util.ArrayList;
import java.util.List;

/// Fits the widths that a search asks for to the prefixes that a collection has.
final class AdaptiveWidths {
  private static final String FIELD = "options.adaptive";

  /// Rows that a scan keeps for each that the first step of a ladder keeps, and for each hit where
  /// whole vectors follow: what a narrow prefix misses otherwise costs more than these do.
  private static final int KEPT_FOR_A_STEP = 4;

  private static final int KEPT_FOR_A_HIT = 10;

  private final CollectionSpec collection;
  private final List<Integer> widths;

  private AdaptiveWidths(CollectionSpec collection, List<Integer> widths) {
    this.collection = collection;
    this.widths = widths;
  }

  /// What a search compares at.
  ///
  /// @param width coordinates of the query
  /// @throws RefusedException if it asks for what the collection or its index does not have
  static Widths of(CollectionSpec collection, SearchOptions options, int width) {
    boolean isTruncated = width < collection.space().dimension();
    if (options.adaptive().isEmpty()) {
      return isTruncated ? new Widths.Truncated(width) : new Widths.Usual();
    }
    if (isTruncated) {
      throw refused(
          FIELD,
          ("is of queries with all coordinates, and this one has the first %d alone, which are"
                  + " compared: leave it unset")
              .formatted(width));
    }
    return new AdaptiveWidths(collection, prefixes(collection))
        .fitted(options.adaptive().get(), options);
  }

  private static List<Integer> prefixes(CollectionSpec collection) {
    if (!(collection.index().codec() instanceof Codec.Prefix prefix)) {
      throw refused(
          FIELD,
          ("is of prefixes, and the collection %s has none: give it some, of the vectors as they"
                  + " are or along axes that are learnt from them, with CreateCollection"
                  + " (vector.prefixes, vector.basis) or UpdateCollection (prefixes)")
              .formatted(collection.name()));
    }
    if (prefix.of().hasCodes()) {
      throw refused(
          FIELD,
          ("is of prefixes of floats, and the one of the collection %s is coded as %s, which is"
                  + " compared as it is: set CODEC_F32 beside its prefixes with UpdateCollection")
              .formatted(collection.name(), prefix.of().name()));
    }
    return prefix.widthsOf(collection.space());
  }

  private Widths fitted(Adaptive asked, SearchOptions options) {
    if (asked.budget().isPresent()) {
      if (!(collection.index() instanceof IndexSpec.Ivf)) {
        throw refused(
            FIELD,
            ("has max_products or max_us, and what a search takes is measured for inverted lists,"
                    + " which the collection %s has not: set the widths themselves")
                .formatted(collection.name()));
      }
      return new Widths.Usual();
    }
    if (asked.certified()) {
      return new Widths.Certified();
    }
    return asked.full() ? new Widths.Full() : ladder(asked, options);
  }

  private Widths ladder(Adaptive asked, SearchOptions options) {
    if (asked.coarse().isPresent() && !(collection.index() instanceof IndexSpec.Ivf)) {
      throw refused(
          FIELD + ".coarse_dims",
          "chooses among inverted lists, and %s has none".formatted(collection.name()));
    }
    int coarse = asked.coarse().isPresent() ? prefix(".coarse_dims", asked.coarse().getAsInt()) : 0;
    List<Rung> rungs = new ArrayList<>();
    if (asked.scan().isPresent()) {
      int scan = prefix(".scan_dims", asked.scan().getAsInt());
      // How many rows of the widest prefix it takes is measured.
      boolean isMeasured =
          scan == widths.getLast() && asked.ladder().isEmpty() && asked.scanKeep().isEmpty();
      if (!isMeasured) {
        rungs.add(new Rung(scan, kept(asked, options)));
      }
    }
    for (int step = 0; step < asked.ladder().size(); step++) {
      Rung rung = asked.ladder().get(step);
      String field = ".ladder[%d].dims".formatted(step);
      int width = prefix(field, rung.width());
      if (!rungs.isEmpty() && width == rungs.getLast().width()) {
        throw refused(
            FIELD + field,
            "%d comes to the prefix of %d coordinates, as the step before does; %s has those of %s"
                .formatted(rung.width(), width, collection.name(), widths));
      }
      rungs.add(new Rung(width, rung.keep()));
    }
    return new Widths.Ladder(coarse, rungs);
  }

  private static int kept(Adaptive asked, SearchOptions options) {
    if (asked.scanKeep().isPresent()) {
      return asked.scanKeep().getAsInt();
    }
    if (!asked.ladder().isEmpty()) {
      return Math.min(Widths.MOST_KEPT, KEPT_FOR_A_STEP * asked.ladder().getFirst().keep());
    }
    return options.rescore().orElse(KEPT_FOR_A_HIT * options.limit());
  }

  /// The width of the narrowest prefix that has so many coordinates.
  private int prefix(String field, int coordinates) {
    for (int width : widths) {
      if (width >= coordinates) {
        return width;
      }
    }
    throw refused(
        FIELD + field,
        "must be at most %d, the widest prefix of %s, got %d"
            .formatted(widths.getLast(), collection.name(), coordinates));
  }

  private static RefusedException refused(String field, String problem) {
    return new RefusedException(new Refusal.InvalidField(field, problem));
  }
}
