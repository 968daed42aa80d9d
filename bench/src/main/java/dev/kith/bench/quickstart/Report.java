package dev.kith.bench.quickstart;

import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What the quick start found out.
///
/// @param points definitions imported
/// @param embedSeconds time it took to embed them and the queries
/// @param importSeconds until all were durable
/// @param optimizeSeconds until all were linked and sealed
/// @param answers to the questions
/// @param queries definitions held out and searched for
/// @param recallAt10 against an exact search, over those
/// @param p50Micros median time of such a search, as the client sees it
/// @param p99Micros the 99th percentile
public record Report(
    int points,
    double embedSeconds,
    double importSeconds,
    double optimizeSeconds,
    List<Answer> answers,
    int queries,
    double recallAt10,
    double p50Micros,
    double p99Micros) {

  public Report {
    answers = List.copyOf(answers);
  }

  /// A question and the nearest meanings, best first.
  public record Answer(String question, List<Neighbour> neighbours) {
    public Answer {
      neighbours = List.copyOf(neighbours);
    }
  }

  /// One of them.
  public record Neighbour(Synset synset, float score) {}

  /// The report as one JSON object.
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("points", points).put("embed_seconds", embedSeconds);
    json.put("import_seconds", importSeconds).put("optimize_seconds", optimizeSeconds);
    ArrayNode questions = json.putArray("questions");
    for (Answer answer : answers) {
      ArrayNode neighbours =
          questions.addObject().put("question", answer.question()).putArray("neighbours");
      for (Neighbour neighbour : answer.neighbours()) {
        ObjectNode entry = neighbours.addObject();
        entry.put("id", neighbour.synset().offset()).put("score", neighbour.score());
        neighbour.synset().lemmas().forEach(entry.putArray("lemmas")::add);
        entry.put("definition", neighbour.synset().definition());
      }
    }
    json.put("queries", queries).put("recall_at_10", recallAt10);
    json.put("p50_us", p50Micros).put("p99_us", p99Micros);
    return json;
  }
}
