package dev.kith.client.cli;

import dev.kith.client.ClassShare;
import dev.kith.client.ClassifyOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The options that say what is held likely without neighbours.
final class PriorOptions {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @Option(
      names = "--prior",
      paramLabel = "JSON",
      description =
          "How likely classes are without neighbours: a JSON object of classes and"
              + " probabilities such as '{\"bird\": 0.3, \"5\": 0.7}', which are divided by"
              + " their sum. A class that is a JSON number, true or false is that; put a text"
              + " that looks like one in quotes of its own.")
  private @Nullable String written;

  @Option(names = "--prior-file", paramLabel = "FILE", description = "The same, in a file.")
  private @Nullable Path file;

  @Option(
      names = "--weight",
      paramLabel = "W",
      description = "Weight of the neighbours against --prior, 0 to 1 (default 0.5).")
  private @Nullable Double weight;

  /// The same options, with the prior that was asked for, if one was.
  ///
  /// @throws UsageException if it cannot be read, or contradicts itself
  ClassifyOptions in(ClassifyOptions options) throws IOException {
    if (written != null && file != null) {
      throw new UsageException("--prior and --prior-file say the same: give one");
    }
    String text = file == null ? written : Files.readString(file);
    if (text == null) {
      if (weight != null) {
        throw new UsageException("--weight is of a prior: give --prior or --prior-file too");
      }
      return options;
    }
    List<ClassShare> classes = classes(text, file == null ? "--prior" : file.toString());
    return weight == null ? options.withPrior(classes) : options.withPrior(classes, weight);
  }

  private static List<ClassShare> classes(String text, String where) {
    JsonNode object;
    try {
      object = JSON.readTree(text);
    } catch (JacksonException noJson) {
      throw new UsageException("%s must be JSON: %s".formatted(where, noJson.getOriginalMessage()));
    }
    List<ClassShare> classes = new ArrayList<>();
    for (Map.Entry<String, JsonNode> share : object.properties()) {
      if (!share.getValue().isNumber()) {
        throw new UsageException(
            "%s must have a number for each class, got %s for '%s'"
                .formatted(where, share.getValue(), share.getKey()));
      }
      try {
        classes.add(
            new ClassShare(PlainValue.parse(share.getKey()), share.getValue().doubleValue()));
      } catch (IllegalArgumentException tooLarge) {
        throw new UsageException(
            "%s must have classes that are texts, or %s, got '%s'"
                .formatted(where, tooLarge.getMessage(), share.getKey()));
      }
    }
    if (classes.isEmpty()) {
      throw new UsageException(
          "%s must be a JSON object of classes and probabilities such as {\"bird\": 0.3}"
              .formatted(where));
    }
    return classes;
  }
}
