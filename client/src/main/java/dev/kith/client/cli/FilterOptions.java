package dev.kith.client.cli;

import dev.kith.client.Filter;
import dev.kith.client.PointId;
import dev.kith.client.SearchOptions;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/// The options that say which points may answer a search.
final class FilterOptions {
  @Option(
      names = "--where",
      paramLabel = "TERM",
      description = {
        "Only points whose payload field compares so: FIELD=VALUE, or with !=, <, <=, > or >= in",
        "place of =. Given more than once, all must hold. FIELD may be a path such as author.name;",
        "of an array, any element will do. VALUE is a JSON number, true, false or \"text\"; anything",
        "else is a text, without the spaces around it. With !=, points without the field answer too."
      })
  private List<String> terms = List.of();

  @Option(
      names = "--ids",
      paramLabel = "ID",
      split = ",",
      description = "Only these points, with commas between them, such as 1,2,3.")
  private List<String> ids = List.of();

  /// The same options, with the filter that was asked for, if one was.
  ///
  /// @throws UsageException if a term cannot be read
  SearchOptions in(SearchOptions options) {
    List<Filter> all = new ArrayList<>(terms.stream().map(WhereTerm::parse).toList());
    if (!ids.isEmpty()) {
      all.add(new Filter.Ids(ids.stream().map(FilterOptions::id).toList()));
    }
    return switch (all.size()) {
      case 0 -> options;
      case 1 -> options.withFilter(all.getFirst());
      default -> options.withFilter(new Filter.All(all));
    };
  }

  private static PointId id(String written) {
    try {
      return PointId.parse(written);
    } catch (IllegalArgumentException noId) {
      throw new UsageException("--ids must be ids with commas between them: " + noId.getMessage());
    }
  }
}
