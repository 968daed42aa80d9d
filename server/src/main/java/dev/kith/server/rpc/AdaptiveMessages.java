package dev.kith.server.rpc;

import dev.kith.index.VectorSpace;
import dev.kith.index.codec.PrefixRows;
import dev.kith.index.codec.Widths;
import dev.kith.index.codec.Widths.Rung;
import dev.kith.proto.v1.AdaptiveOptions;
import dev.kith.proto.v1.LadderStep;
import dev.kith.proto.v1.SearchOptions;
import dev.kith.server.search.Adaptive;
import dev.kith.server.search.Budget;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// Translates what a search says of widths. Whether a collection has them is for the planner.
final class AdaptiveMessages {
  private static final String FIELD = "options.adaptive";
  private static final int MOST_MICROS = 60_000_000;

  private final Fields fields;
  private final SearchOptions options;
  private final AdaptiveOptions asked;

  private AdaptiveMessages(Fields fields, SearchOptions options) {
    this.fields = fields;
    this.options = options;
    this.asked = options.getAdaptive();
  }

  /// Reads the widths of a search; empty if it says nothing of them. No good if something is wrong
  /// with them.
  ///
  /// @param fields takes what is wrong
  static Optional<Adaptive> read(Fields fields, SearchOptions options) {
    AdaptiveMessages messages = new AdaptiveMessages(fields, options);
    if (!messages.hasSteps() && !messages.isWhole() && !messages.hasBudget()) {
      return Optional.empty();
    }
    messages.refuseBesideOthers();
    return Optional.of(messages.read());
  }

  private boolean hasSteps() {
    return asked.hasCoarseDims()
        || asked.hasScanDims()
        || asked.hasScanKeep()
        || asked.getLadderCount() > 0;
  }

  /// Whether every comparison is as good as one of whole vectors.
  private boolean isWhole() {
    return asked.getCertified() || asked.getFullWidth();
  }

  /// Whether it is said what the search may take.
  private boolean hasBudget() {
    return asked.hasMaxProducts() || asked.hasMaxUs();
  }

  private void refuseBesideOthers() {
    if (hasBudget() && (hasSteps() || isWhole())) {
      fields.wrong(
          FIELD,
          "has max_products or max_us, for which widths are chosen: leave all else of it unset");
    }
    boolean saysReach =
        options.getExact()
            || options.hasNprobe()
            || options.hasNucleus()
            || options.hasPatience()
            || options.hasRecall()
            || options.hasRescore();
    if (hasBudget() && saysReach) {
      fields.wrong(
          FIELD,
          "has max_products or max_us, for which lists are chosen: leave exact, nprobe, nucleus,"
              + " patience, recall and rescore unset");
    }
    if (options.getExact() && hasSteps()) {
      fields.wrong(FIELD, "says which vectors to leave, and exact leaves none: set either");
    }
    if (asked.getCertified() && (hasSteps() || asked.getFullWidth())) {
      fields.wrong(
          FIELD + ".certified",
          "compares at all widths: leave coarse_dims, scan_dims, scan_keep, ladder and full_width"
              + " unset");
    } else if (asked.getFullWidth() && hasSteps()) {
      fields.wrong(
          FIELD + ".full_width",
          "compares whole vectors alone: leave coarse_dims, scan_dims, scan_keep and ladder unset");
    }
    boolean saysHowMany = isWhole() || asked.hasScanKeep() || asked.getLadderCount() > 0;
    if (options.hasRescore() && saysHowMany) {
      fields.wrong(
          "options.rescore",
          "is what certified, full_width, scan_keep and ladder of adaptive say too: set either");
    }
    if (asked.hasScanKeep() && !asked.hasScanDims()) {
      fields.wrong(FIELD + ".scan_keep", "is of a scan: set scan_dims too");
    }
  }

  private Adaptive read() {
    OptionalInt coarse = dims(".coarse_dims", asked.hasCoarseDims(), asked.getCoarseDims());
    OptionalInt scan = dims(".scan_dims", asked.hasScanDims(), asked.getScanDims());
    OptionalInt scanKeep =
        asked.hasScanKeep()
            ? OptionalInt.of(keep(".scan_keep", asked.getScanKeep()))
            : OptionalInt.empty();
    return new Adaptive(
        coarse,
        scan,
        scanKeep,
        ladder(scan, scanKeep),
        asked.getCertified(),
        asked.getFullWidth(),
        budget());
  }

  private Optional<Budget> budget() {
    if (!hasBudget()) {
      return Optional.empty();
    }
    OptionalLong products = OptionalLong.empty();
    if (asked.hasMaxProducts()) {
      products = OptionalLong.of(asked.getMaxProducts());
      if (asked.getMaxProducts() < 1) { // More than 2^63 would be negative.
        fields.wrong(
            FIELD + ".max_products",
            "must be in [1, %d], got %s"
                .formatted(Long.MAX_VALUE, Long.toUnsignedString(asked.getMaxProducts())));
      }
    }
    OptionalInt micros =
        asked.hasMaxUs()
            ? OptionalInt.of(fields.number(FIELD + ".max_us", asked.getMaxUs(), 1, MOST_MICROS))
            : OptionalInt.empty();
    return Optional.of(new Budget(products, micros));
  }

  private List<Rung> ladder(OptionalInt scan, OptionalInt scanKeep) {
    int most = PrefixRows.MAX_WIDTHS - (scan.isPresent() ? 1 : 0);
    if (asked.getLadderCount() > most) {
      fields.wrong(
          FIELD + ".ladder",
          "must have at most %d steps, the scan counted, got %d"
              .formatted(
                  PrefixRows.MAX_WIDTHS, asked.getLadderCount() + PrefixRows.MAX_WIDTHS - most));
      return List.of();
    }
    List<Rung> rungs = new ArrayList<>();
    int width = scan.orElse(0);
    int kept = scanKeep.orElse(Widths.MOST_KEPT);
    for (LadderStep step : asked.getLadderList()) {
      String field = ".ladder[%d]".formatted(rungs.size());
      int dims = dims(field + ".dims", true, step.getDims()).orElse(1);
      int keep = keep(field + ".keep", step.getKeep());
      if (dims <= width) {
        fields.wrong(
            FIELD + field + ".dims",
            "must be more than the %d of the step before, got %d".formatted(width, dims));
      }
      if (keep > kept) {
        fields.wrong(
            FIELD + field + ".keep",
            "must be at most the %d of the step before, got %d".formatted(kept, keep));
      }
      rungs.add(new Rung(dims, keep));
      width = dims;
      kept = keep;
    }
    return rungs;
  }

  private OptionalInt dims(String field, boolean isSet, int value) {
    return isSet
        ? OptionalInt.of(fields.number(FIELD + field, value, 1, VectorSpace.MAX_DIMENSION))
        : OptionalInt.empty();
  }

  private int keep(String field, int value) {
    return fields.number(FIELD + field, value, 1, Widths.MOST_KEPT);
  }
}
