package dev.kith.bench.crash;

import dev.kith.proto.v1.CreateCollectionRequest;
import dev.kith.proto.v1.Durability;
import dev.kith.proto.v1.FlatIndex;
import dev.kith.proto.v1.HnswIndex;
import dev.kith.proto.v1.IndexPolicy;
import dev.kith.proto.v1.Metric;
import dev.kith.proto.v1.VectorSchema;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Function;

/// Cycle after cycle: load a real server, strike it at a random moment, start it again on the same
/// folder with no help, and hold everything it has against the ledger.
///
/// Everything random follows from one seed, except what the machine's scheduling decides.
final class Campaign {
  private static final int MOST_WRITES = 300;
  private static final Duration LONGEST_LOAD = Duration.ofSeconds(20);
  private static final int LONGEST_SWING_MILLIS = 60;
  private static final int LONGEST_START_MILLIS = 4_000;
  private static final int SEGMENT_POINTS = 1_000;
  private static final int STRIKES_DURING_RECOVERY_IN = 5;
  private static final int FAULTS_TOLD = 25;

  /// How a server is struck.
  interface Blow {
    /// What may be lost by it.
    Survival survival();

    /// Strikes, and leaves behind a folder on which a server can be started again.
    ///
    /// @param witnesses are told when the power goes
    void strike(ServerProcess server, Random random, List<Ledger> witnesses)
        throws IOException, InterruptedException;

    /// How a server is struck that may not have come up yet.
    default Blow duringRecovery() {
      return this;
    }
  }

  /// The blow of the process killer.
  static final Blow KILL =
      new Blow() {
        @Override
        public Survival survival() {
          return Survival.KILL;
        }

        @Override
        public void strike(ServerProcess server, Random random, List<Ledger> witnesses)
            throws InterruptedException {
          server.kill();
        }
      };

  private final String name;
  private final long seed;
  private final Blow blow;
  private final Path data;
  private final Path work;
  private final Random random;
  private final Lsns lsns = new Lsns();
  private final Ledger graph = new Ledger("graph", 24, lsns);
  private final Ledger flat = new Ledger("flat", 7, lsns);
  private final List<Ledger> ledgers = List.of(graph, flat);
  private final CatalogWorker catalog = new CatalogWorker();
  private final List<Load.Worker> workers;
  private final Tally tally;

  /// @param name says what is proved, for folders and messages
  /// @param data the data folder, empty
  /// @param work takes logs and, while a cycle runs, a copy of the data folder as it was struck
  /// @param durabilities what the writers ask for, besides the one that asks for MEMORY
  /// @param mixedIngest whether ingest sessions may ask for OS
  Campaign(
      String name,
      long seed,
      Blow blow,
      Path data,
      Path work,
      Function<Random, Durability> durabilities,
      boolean mixedIngest) {
    this.name = name;
    this.seed = seed;
    this.blow = blow;
    this.data = data;
    this.work = work;
    // Neighbouring seeds of Random begin alike.
    this.random = new Random(new SplittableRandom(seed).nextLong());
    this.tally = new Tally(name, seed);
    this.workers =
        List.of(
            new WriteWorker(graph, 1, durabilities, true),
            new WriteWorker(graph, 2, durabilities, true),
            new IngestWorker(graph, 3, mixedIngest),
            new WriteWorker(graph, 4, _ -> Durability.DURABILITY_MEMORY, false),
            new WriteWorker(flat, 5, durabilities, true),
            new IngestWorker(flat, 6, mixedIngest),
            new ReadWorker(ledgers),
            new OptimizeWorker(ledgers),
            catalog);
  }

  /// Runs the cycles.
  ///
  /// @return what was done and found, with no fault in it
  /// @throws AssertionError at the end of the first cycle in which anything was wrong; it says
  ///   what, and where the evidence is
  Tally run(int cycles) throws IOException, InterruptedException {
    Path log = work.resolve("server.log");
    ServerProcess server = ServerProcess.start(data, log);
    try {
      server.awaitReady();
      createCollections(server);
      for (int cycle = 1; cycle <= cycles; cycle++) {
        tally.beginCycle();
        List<String> surprises = loadAndStrike(server);
        keepEvidence();
        server = restart(log);
        try (Connection connection = server.connect()) {
          Verdict verdict = inspect(connection);
          checkNothingCrashed(verdict);
          surprises.forEach(what -> verdict.add(Verdict.Kind.ANSWER, "before the blow: " + what));
          tally.add(verdict);
          if (!verdict.faults().isEmpty()) {
            String accusation = accusation(cycle, verdict, server);
            Files.writeString(work.resolve("accusation.txt"), accusation);
            throw new AssertionError(accusation);
          }
        } catch (RuntimeException failure) {
          throw new AssertionError(
              "%s, seed %d, cycle %d: %s%nEvidence: %s%nThe server's log ends:%n%s"
                  .formatted(name, seed, cycle, failure, work, server.logTail()),
              failure);
        }
        if (cycle % 5 == 0 || cycle == cycles) {
          Files.writeString(work.resolve("tally.txt"), tally.table());
        }
      }
      tally.addLog(server.log());
    } finally {
      server.close();
    }
    Folders.delete(work.resolve("struck"));
    return tally;
  }

  private void createCollections(ServerProcess server) {
    try (Connection connection = server.connect()) {
      create(
          connection,
          graph,
          Metric.METRIC_COSINE,
          IndexPolicy.newBuilder()
              .setHnsw(HnswIndex.newBuilder().setM(8).setEfConstruction(60).setSeed(seed >>> 1)));
      create(
          connection,
          flat,
          Metric.METRIC_EUCLIDEAN,
          IndexPolicy.newBuilder().setFlat(FlatIndex.getDefaultInstance()));
    }
  }

  static void create(
      Connection connection, Ledger ledger, Metric metric, IndexPolicy.Builder index) {
    connection
        .collections()
        .createCollection(
            CreateCollectionRequest.newBuilder()
                .setName(ledger.collection())
                .setVector(
                    VectorSchema.newBuilder().setDimension(ledger.dimension()).setMetric(metric))
                .setIndex(index.setSegmentPoints(SEGMENT_POINTS))
                .build());
  }

  private List<String> loadAndStrike(ServerProcess server)
      throws IOException, InterruptedException {
    try (Connection connection = server.connect()) {
      Load load = Load.start(connection, workers, random.nextLong());
      try (load) {
        load.awaitWrites(1 + random.nextInt(MOST_WRITES), LONGEST_LOAD);
        Pace.pauseMillis(random.nextInt(LONGEST_SWING_MILLIS));
        load.strike();
        blow.strike(server, random, ledgers);
      }
      tally.addLoad(load);
      for (Ledger ledger : ledgers) {
        tally.addLedger(ledger, blow.survival());
      }
      return load.surprises();
    }
  }

  private ServerProcess restart(Path log) throws IOException, InterruptedException {
    while (random.nextInt(STRIKES_DURING_RECOVERY_IN) == 0) {
      ServerProcess brief = ServerProcess.start(data, log);
      Pace.pauseMillis(random.nextInt(LONGEST_START_MILLIS));
      blow.duringRecovery().strike(brief, random, List.of());
      tally.countStrikeDuringRecovery();
    }
    ServerProcess server = ServerProcess.start(data, log);
    try {
      tally.addRestart(server.awaitReady());
      return server;
    } catch (IllegalStateException notReady) {
      server.close();
      throw new AssertionError(
          "%s, seed %d: %s%nEvidence: %s".formatted(name, seed, notReady.getMessage(), work),
          notReady);
    }
  }

  private Verdict inspect(Connection connection) {
    Inspector inspector = new Inspector(connection, random);
    Verdict all = new Verdict();
    List<Observation> seen = new ArrayList<>();
    long lsn = 0;
    long survivingLsn = 0;
    for (Ledger ledger : ledgers) {
      Observation observation = inspector.observe(ledger, all);
      seen.add(observation);
      lsn = Math.max(lsn, observation.lsn());
      survivingLsn =
          Math.max(
              survivingLsn,
              Math.max(observation.highestVersion(), ledger.firmLsn(blow.survival())));
    }
    for (int i = 0; i < ledgers.size(); i++) {
      // LSNs are the server's: the highest that any collection tells is the last.
      Observation observation = new Observation(seen.get(i).points(), lsn, seen.get(i).sessions());
      all.merge(ledgers.get(i).check(observation, blow.survival(), survivingLsn));
      inspector.compare(ledgers.get(i), observation, all);
      ledgers.get(i).settle(observation);
      tally.addPoints(observation.points().size());
    }
    catalog.check(connection, all);
    lsns.restart(lsn);
    tally.addInspection(inspector);
    return all;
  }

  /// What the struck server left, before another one touches it.
  private void keepEvidence() throws IOException {
    Path copy = work.resolve("struck");
    Folders.delete(copy);
    Folders.copy(data, copy);
  }

  private void checkNothingCrashed(Verdict verdict) throws IOException {
    try (DirectoryStream<Path> reports = Files.newDirectoryStream(work, "hs_err_*")) {
      for (Path report : reports) {
        verdict.add(Verdict.Kind.ANSWER, "the server's JVM crashed: " + report);
      }
    }
  }

  private String accusation(int cycle, Verdict verdict, ServerProcess server) throws IOException {
    List<Verdict.Fault> faults = verdict.faults();
    StringBuilder text = new StringBuilder();
    text.append("%s, seed %d, cycle %d: %d faults%n".formatted(name, seed, cycle, faults.size()));
    faults.stream().limit(FAULTS_TOLD).forEach(fault -> text.append(fault).append('\n'));
    text.append(
        "Evidence: %s (the folder as it was struck, and the log)%n%s%n"
            .formatted(work, tally.table()));
    return text.append("The server's log ends:\n").append(server.logTail()).toString();
  }
}
