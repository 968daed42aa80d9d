package dev.kith.client.cli;

import dev.kith.client.Explanation;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// How it is shown how an answer was found.
record ExplanationText(Console console) {

  /// The plan, then a stage a row.
  void print(Explanation explanation) {
    console.out().println();
    console.out().println(explanation.plan());
    console
        .out()
        .printf(
            "%d us in all, %d us of it waiting%n",
            explanation.totalMicros(), explanation.queueMicros());
    List<List<String>> rows = new ArrayList<>();
    for (Explanation.Stage stage : explanation.stages()) {
      rows.add(
          List.of(
              stage.name(),
              text(stage.segment()),
              stage.width().isPresent() ? String.valueOf(stage.width().getAsInt()) : "-",
              text(stage.candidatesIn()),
              String.valueOf(stage.candidates()),
              String.valueOf(stage.work().distanceComputations()),
              String.valueOf(stage.work().nodesVisited()),
              String.valueOf(stage.work().multiplyAdds()),
              String.valueOf(stage.work().bytesScanned()),
              String.valueOf(stage.micros())));
    }
    console.table(
        List.of(
            "STAGE",
            "SEGMENT",
            "WIDTH",
            "IN",
            "OUT",
            "DISTANCES",
            "NODES",
            "PRODUCTS",
            "BYTES",
            "US"),
        rows);
  }

  private static String text(OptionalLong number) {
    return number.isPresent() ? String.valueOf(number.getAsLong()) : "-";
  }
}
