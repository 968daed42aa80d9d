package dev.kith.bench.adaptive;

import dev.kith.index.codec.Widths;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What was measured as JSON. Every key is always there; null is what is not known.
final class ReportJson {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private ReportJson() {}

  /// Writes down a comparison.
  static ObjectNode of(ListsComparison comparison) {
    ObjectNode json = NODES.objectNode();
    json.put("dataset", comparison.dataset());
    json.set("rigid", all(comparison.rigid()));
    ArrayNode certified = json.putArray("certified");
    for (int i = 0; i < comparison.certified().size(); i++) {
      ObjectNode each = of(comparison.certified().get(i));
      each.put("differing", comparison.differing().get(i));
      certified.add(each);
    }
    json.set("patient", all(comparison.patient()));
    json.set("measured", all(comparison.measured()));
    json.put("tried", comparison.tried());
    json.set("funnel", all(comparison.funnel()));
    json.set("adanns_ivf", all(comparison.ofPrefixes()));
    json.set("adanns_ivf_d", all(comparison.ofWhole()));
    json.put("learns_from_prefixes", comparison.learnsFromPrefixes());
    ArrayNode savings = json.putArray("savings");
    for (Savings each : comparison.savings()) {
      ObjectNode at = savings.addObject();
      at.set("rigid", of(each.rigid()));
      at.set("fewest_products", each.byProducts().map(ReportJson::of).orElse(null));
      at.set("least_time", each.byMicros().map(ReportJson::of).orElse(null));
      at.put("fewer_products", each.fewerProducts().orElse(null));
      at.put("less_time", each.lessTime().orElse(null));
    }
    return json;
  }

  /// Writes down how often lists are found.
  static ObjectNode of(CoarseAgreement agreement) {
    ObjectNode json = NODES.objectNode();
    json.put("lists", agreement.lists()).put("queries", agreement.queries());
    ArrayNode widths = json.putArray("widths");
    for (CoarseAgreement.AtWidth each : agreement.widths()) {
      ObjectNode width = widths.addObject().put("width", each.width());
      for (int i = 0; i < CoarseAgreement.READ.size(); i++) {
        width.put("among_" + CoarseAgreement.READ.get(i), each.shares().get(i));
      }
    }
    return json;
  }

  /// Writes down how well classes are found.
  static ObjectNode of(ClassesComparison comparison) {
    ObjectNode json = NODES.objectNode();
    json.put("queries", comparison.queries());
    json.set("rigid", all(comparison.rigid()));
    json.set("prefixes", all(comparison.adaptive()));
    json.set("chosen", of(comparison.chosen()));
    json.set("rigid_as_accurate", comparison.rigidAsAccurate().map(ReportJson::of).orElse(null));
    return json;
  }

  /// Writes down how often a server found the same.
  static ObjectNode of(ServedComparison comparison) {
    ObjectNode json = NODES.objectNode();
    json.put("queries", comparison.queries());
    ArrayNode settings = json.putArray("settings");
    for (ServedComparison.Served each : comparison.settings()) {
      ObjectNode setting = settings.addObject();
      put(setting, each.setting());
      setting.put("identical", each.identical());
    }
    return json;
  }

  /// Writes down what codes find.
  static ArrayNode of(WordsComparison comparison) {
    ArrayNode json = NODES.arrayNode();
    for (WordsComparison.Coded coded : comparison.codes()) {
      ObjectNode each = json.addObject();
      each.put("of", coded.kind().text).put("bytes", coded.bytes());
      each.put("width", coded.width()).put("words", coded.words());
      for (int i = 0; i < WordsComparison.RESCORED.size(); i++) {
        each.put("recall_of_" + WordsComparison.RESCORED.get(i), coded.recall().get(i));
      }
    }
    return json;
  }

  private static ArrayNode all(List<Measured> measured) {
    ArrayNode array = NODES.arrayNode();
    measured.forEach(each -> array.add(of(each)));
    return array;
  }

  static ObjectNode of(Measured measured) {
    ObjectNode json = NODES.objectNode();
    put(json, measured.setting());
    json.put("recall", measured.recall());
    json.put("accuracy", measured.accuracy());
    json.put("products", measured.products());
    json.put("us", measured.micros());
    return json;
  }

  private static void put(ObjectNode json, Setting setting) {
    json.put("contender", setting.contender().name());
    json.put("lists", setting.reachInWords());
    json.put("coarse", setting.widths() instanceof Widths.Ladder(int coarse, _) ? coarse : null);
    ArrayNode rungs = json.putArray("rungs");
    if (setting.widths() instanceof Widths.Ladder ladder) {
      ladder
          .rungs()
          .forEach(rung -> rungs.addObject().put("width", rung.width()).put("keep", rung.keep()));
    }
  }
}
