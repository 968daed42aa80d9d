package dev.kith.client.cli;

import dev.kith.client.Filter;
import dev.kith.client.MixtureComponent;
import dev.kith.client.MixtureSpec;
import dev.kith.client.PointId;
import dev.kith.client.Query;
import dev.kith.client.SearchOptions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/// The options that say which interests a mixture serves: made of points, or given one by one.
final class ComponentOptions {
  private static final String FORMS = "id:ID or vector:JSON, and ,weight=W behind it";

  @ArgGroup(multiplicity = "1")
  private Choice choice = new Choice();

  /// One of these.
  static final class Choice {
    @Option(
        names = "--of",
        paramLabel = "ID",
        split = ",",
        description =
            "Make the components of these points, with commas between them, such as 1,2,3:"
                + " those that somebody liked, for example. They are not themselves found,"
                + " unless --keep-given says so.")
    private @Nullable List<String> ids;

    @Option(
        names = "--component",
        paramLabel = "COMPONENT",
        description =
            "A component, given by a --component of its own: id:ID (points like a stored"
                + " one, which is not itself found) or vector:JSON, and behind it ,weight=W"
                + " (default 1).")
    private @Nullable List<String> components;
  }

  @Option(
      names = "--max-components",
      paramLabel = "N",
      description = "With --of, most components to make, 1 to 64 (default 8).")
  private @Nullable Integer most;

  @Option(
      names = "--smoothing",
      paramLabel = "SHARE",
      description =
          "With --of, weight of the points against their neighbours, 0 to 1, 1 for the"
              + " points alone (default 0.8).")
  private @Nullable Double smoothing;

  @Option(
      names = "--neighbors",
      paramLabel = "N",
      description = "With --of, neighbours of each point that have a say, 1 to 1000 (default 10).")
  private @Nullable Integer neighbors;

  @Option(
      names = "--keep-given",
      description = "With --of, find the points that components are made of, too.")
  private boolean keepGiven;

  /// What to make components of, if they are to be made.
  ///
  /// @throws UsageException if an id is none, or it was said how to make components that are given
  Optional<MixtureSpec> spec() {
    List<String> ids = choice.ids;
    if (ids == null) {
      if (most != null || smoothing != null || neighbors != null || keepGiven) {
        throw new UsageException(
            "--max-components, --smoothing, --neighbors and --keep-given are of --of, which makes"
                + " components");
      }
      return Optional.empty();
    }
    MixtureSpec spec = MixtureSpec.of(ids.stream().map(id -> id("--of", id)).toList());
    spec = most == null ? spec : spec.withMaxComponents(most);
    spec = smoothing == null ? spec : spec.withSmoothing(smoothing);
    return Optional.of(neighbors == null ? spec : spec.withNeighbors(neighbors));
  }

  /// The same options, without the points that components are made of, unless they are wanted.
  SearchOptions in(SearchOptions options) {
    Optional<Filter> others =
        keepGiven
            ? Optional.empty()
            : spec().map(spec -> new Filter.Not(new Filter.Ids(spec.ids())));
    return others
        .map(filter -> options.filter().map(asked -> Filter.all(asked, filter)).orElse(filter))
        .map(options::withFilter)
        .orElse(options);
  }

  /// The components that were given.
  ///
  /// @throws UsageException if one cannot be read
  List<MixtureComponent> given() {
    List<String> written = choice.components;
    return written == null ? List.of() : written.stream().map(ComponentOptions::component).toList();
  }

  private static MixtureComponent component(String written) {
    SettingTerm term = SettingTerm.parse("--component", written, FORMS, Set.of("weight"));
    Query query =
        switch (term.kind()) {
          case "id" -> Query.near(id("--component", term.what()));
          case "vector" -> Query.near(QueryOptions.coordinates("--component vector", term.what()));
          default ->
              throw new UsageException(
                  "--component must be %s, got '%s'".formatted(FORMS, written));
        };
    Double weight = term.number("weight");
    return new MixtureComponent(query, weight == null ? 1 : weight, 0);
  }

  private static PointId id(String option, String written) {
    try {
      return PointId.parse(written);
    } catch (IllegalArgumentException noId) {
      throw new UsageException(option + " must name points: " + noId.getMessage());
    }
  }
}
