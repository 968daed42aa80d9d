package dev.kith.bench.peers;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.peers.child.EngineMain;
import dev.kith.bench.run.Recall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Builds every contender, then lets them search in turn, one at a time.
public final class Comparison {
  private static final Duration LONGEST_BUILD = Duration.ofHours(6);
  private static final Duration LONGEST_PASS = Duration.ofMinutes(30);

  private final PeerSettings settings;
  private final List<String> names;
  private final Consumer<String> progress;

  /// @param names contenders that take part; empty for all
  /// @param progress told in a line what is being done
  public Comparison(PeerSettings settings, List<String> names, Consumer<String> progress) {
    this.settings = settings;
    this.names = List.copyOf(names);
    this.progress = progress;
  }

  /// Runs the comparison.
  ///
  /// @param path data set folder or file
  /// @throws IllegalArgumentException if there is no contender of a name
  public Result run(Path path) throws IOException, InterruptedException {
    try (Workspace workspace = Workspace.create()) {
      Path prepared = workspace.folder().resolve("dataset");
      List<Contender> contenders;
      try (Dataset source = DatasetFolder.open(path, Runtime.getRuntime().availableProcessors())) {
        contenders = chosen(source.space().dimension());
        progress.accept("preparing " + source.name());
        PreparedData.write(source, settings.queries(), prepared);
      }
      try (Dataset dataset = DatasetFolder.open(prepared, 1)) {
        Path sources = Files.createDirectory(workspace.folder().resolve("compiled"));
        Launcher launcher =
            new Launcher(
                workspace.folder(),
                prepared,
                dataset.space().metric(),
                settings.graph(),
                settings.threads(),
                CppCompiler.ofEnvironment(sources));
        return run(dataset, contenders, launcher);
      }
    }
  }

  private List<Contender> chosen(int dimension) {
    List<Contender> all = Contender.all(dimension, settings.graph());
    for (String name : names) {
      if (all.stream().noneMatch(contender -> contender.name().equals(name))) {
        throw new IllegalArgumentException(
            "there is no contender %s; there are %s"
                .formatted(
                    name, all.stream().map(Contender::name).collect(Collectors.joining(", "))));
      }
    }
    return names.isEmpty()
        ? all
        : all.stream().filter(contender -> names.contains(contender.name())).toList();
  }

  Result run(Dataset dataset, List<Contender> contenders, Launcher launcher)
      throws IOException, InterruptedException {
    Machine machine = Machine.here();
    Recall recall = Recall.at(EngineMain.K, dataset);
    List<Participant> participants = new ArrayList<>();
    try {
      for (Contender contender : contenders) {
        Participant participant = new Participant(contender);
        participants.add(participant);
        participant.build(launcher, dataset, recall);
      }
      for (int turn = 1; turn <= settings.runs(); turn++) {
        for (Participant participant : participants) {
          participant.turn(turn);
        }
      }
    } finally {
      participants.forEach(Participant::close);
    }
    return new Result(
        settings,
        machine,
        new Result.Data(
            dataset.name(),
            dataset.base().rows(),
            dataset.space().dimension(),
            dataset.space().metric(),
            dataset.queries().rows()),
        participants.stream().map(Participant::standing).toList());
  }

  /// A contender from its start to its end. Whatever goes wrong with it stays its own.
  private final class Participant {
    private final Contender contender;
    private final List<Turn> turns = new ArrayList<>();
    private @Nullable ContenderProcess process;
    private ContenderProcess.@Nullable Built built;
    private @Nullable Sweep sweep;
    private @Nullable String failure;

    Participant(Contender contender) {
      this.contender = contender;
    }

    void build(Launcher launcher, Dataset dataset, Recall recall)
        throws IOException, InterruptedException {
      progress.accept("building " + contender.name());
      try {
        ContenderProcess started = launcher.start(contender);
        process = started;
        ContenderProcess.Built done = started.built(LONGEST_BUILD);
        built = done;
        sweep = new Sweep(started, contender.ladders(), dataset, recall, LONGEST_PASS);
        progress.accept(
            String.format(
                Locale.ROOT,
                "built %s in %.1f s (%.1f CPU s), %s",
                contender.name(),
                done.seconds(),
                done.cpuSeconds(),
                done.version()));
      } catch (UnavailableException e) {
        fail(e);
      }
    }

    void turn(int number) throws IOException, InterruptedException {
      if (sweep == null) {
        return;
      }
      try {
        Turn turn = sweep.turn();
        turns.add(turn);
        progress.accept(
            "turn %d of %d, %s: %s"
                .formatted(
                    number,
                    settings.runs(),
                    contender.name(),
                    settings.recalls().stream()
                        .map(
                            target ->
                                target + " " + PeerTable.speed(Figure.of(List.of(turn.at(target)))))
                        .collect(Collectors.joining(", "))));
      } catch (UnavailableException e) {
        fail(e);
      }
    }

    private void fail(UnavailableException reason) {
      failure = String.valueOf(reason.getMessage());
      sweep = null;
      close();
      progress.accept(contender.name() + " drops out: " + failure);
    }

    void close() {
      if (process != null) {
        process.close();
        process = null;
      }
    }

    Standing standing() {
      return new Standing(contender, built, turns, failure);
    }
  }
}
