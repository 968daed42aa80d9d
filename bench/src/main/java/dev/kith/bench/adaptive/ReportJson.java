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
    json.put("tried", comparison.tried());
    json.set("funnel", all(comparison.funnel()));
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

  private static ArrayNode all(List<Measured> measured) {
    ArrayNode array = NODES.arrayNode();
    measured.forEach(each -> array.add(of(each)));
    return array;
  }

  static ObjectNode of(Measured measured) {
    Setting setting = measured.setting();
    ObjectNode json = NODES.objectNode();
    json.put("contender", setting.contender().name());
    json.put("nprobe", setting.nprobe());
    json.put("coarse", setting.widths() instanceof Widths.Ladder(int coarse, _) ? coarse : null);
    ArrayNode rungs = json.putArray("rungs");
    if (setting.widths() instanceof Widths.Ladder ladder) {
      ladder
          .rungs()
          .forEach(rung -> rungs.addObject().put("width", rung.width()).put("keep", rung.keep()));
    }
    json.put("recall", measured.recall());
    json.put("accuracy", measured.accuracy());
    json.put("products", measured.products());
    json.put("us", measured.micros());
    return json;
  }
}
