package dev.kith.server;

import static dev.kith.server.config.Setting.bytes;
import static dev.kith.server.config.Setting.choice;
import static dev.kith.server.config.Setting.duration;
import static dev.kith.server.config.Setting.flag;
import static dev.kith.server.config.Setting.integer;
import static dev.kith.server.config.Setting.path;
import static dev.kith.server.config.Setting.text;

import dev.kith.index.build.SealedSegment.Residence;
import dev.kith.server.collection.EngineConfig;
import dev.kith.server.config.ConfigException;
import dev.kith.server.config.Connections;
import dev.kith.server.config.Limits;
import dev.kith.server.config.Listener;
import dev.kith.server.config.Setting;
import dev.kith.server.config.SettingSource;
import dev.kith.server.config.Settings;
import dev.kith.server.config.WorkPools;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Everything that can be set, checked. Immutable.
///
/// One table below names each setting with its default, range and meaning; `kith serve
/// --print-config` prints it.
public final class ServerConfig {
  private static final int CORES = Runtime.getRuntime().availableProcessors();
  private static final int LARGEST = 1_000_000;

  static final Setting<Path> DATA_DIRECTORY =
      path("data-directory", "kith-data", "Folder of everything that must survive.");
  static final Setting<Boolean> INSECURE =
      flag(
          "insecure",
          false,
          "Lets the server listen beyond this machine although it has neither authentication nor"
              + " TLS yet.");
  static final Setting<Duration> DRAIN_TIMEOUT =
      duration("drain-timeout", "30s", "0s", "10m", "How long a stop waits for calls to finish.");

  static final Setting<String> GRPC_HOST =
      text("grpc.host", "127.0.0.1", "a name or address of this machine", "Interface of gRPC.");
  static final Setting<Integer> GRPC_PORT =
      integer("grpc.port", 7600, 0, 65_535, "Port of gRPC; 0 takes any free one.");
  private static final Setting<Integer> GRPC_MAX_CONNECTIONS =
      integer("grpc.max-connections", 1_000, 1, 100_000, "Connections open at a time.");
  private static final Setting<Integer> GRPC_MAX_CALLS =
      integer("grpc.max-calls-per-connection", 256, 1, 10_000, "Calls open on one connection.");
  private static final Setting<Duration> GRPC_HANDSHAKE =
      duration(
          "grpc.handshake-timeout", "5s", "100ms", "1m", "Until a connection must speak HTTP/2.");
  private static final Setting<Duration> GRPC_IDLE =
      duration(
          "grpc.max-connection-idle", "5m", "1s", "24h", "Without a call, until it is closed.");
  private static final Setting<Duration> GRPC_AGE =
      duration("grpc.max-connection-age", "30m", "1s", "24h", "Until a connection must leave.");
  private static final Setting<Duration> GRPC_AGE_GRACE =
      duration(
          "grpc.max-connection-age-grace",
          "10m",
          "1s",
          "24h",
          "After that, until its calls are cut off.");
  private static final Setting<Duration> GRPC_KEEP_ALIVE =
      duration(
          "grpc.keep-alive-permitted", "30s", "1s", "1h", "Least time between a client's pings.");
  private static final Setting<Long> GRPC_HEADER_BYTES =
      bytes("grpc.header-bytes", "8KiB", "1KiB", "64KiB", "Headers of one call.");

  static final Setting<String> HTTP_HOST =
      text(
          "http.host",
          "127.0.0.1",
          "a name or address of this machine",
          "Interface of /metrics and /healthz.");
  static final Setting<Integer> HTTP_PORT =
      integer("http.port", 7601, 0, 65_535, "Its port; 0 takes any free one.");
  private static final Setting<Integer> HTTP_MAX_CONNECTIONS =
      integer("http.max-connections", 100, 1, 10_000, "Connections open at a time.");

  private static final Setting<Integer> SEARCH_THREADS =
      integer("search.threads", CORES, 1, 1_024, "Threads that compute searches.");
  private static final Setting<Integer> SEARCH_QUEUE =
      integer(
          "search.queue",
          256,
          1,
          65_536,
          "Searches waiting for a thread; more are refused at once.");
  private static final Setting<Integer> CALL_THREADS =
      integer("calls.threads", 16, 1, 1_024, "Threads for calls that may wait for the disk.");
  private static final Setting<Integer> CALL_QUEUE =
      integer(
          "calls.queue", 1_024, 1, 65_536, "Such calls waiting for a thread; more are refused.");

  private static final Setting<Long> MESSAGE_BYTES =
      bytes("limits.message-bytes", "64MiB", "1MiB", "1GiB", "Size of one message.");
  private static final Setting<Long> IN_FLIGHT_BYTES =
      bytes(
          "limits.in-flight-bytes",
          "0",
          "0",
          "1TiB",
          "Size of all messages being worked on; 0 means a quarter of the heap.");
  private static final Setting<Integer> HITS =
      integer("limits.hits", 10_000, 1, 10_000, "Hits per query.");
  private static final Setting<Integer> EF =
      integer("limits.ef", 10_000, 1, 10_000, "Candidates an index keeps per query.");
  private static final Setting<Integer> DIMENSION =
      integer("limits.dimension", 65_536, 1, 65_536, "Coordinates per vector.");
  private static final Setting<Integer> BATCH_POINTS =
      integer("limits.batch-points", 10_000, 1, LARGEST, "Points per write, get or delete.");
  private static final Setting<Integer> SEARCH_BATCH =
      integer("limits.search-batch", 1_000, 1, 100_000, "Queries per SearchBatch.");
  private static final Setting<Integer> TEXT_ID_BYTES =
      integer("limits.text-id-bytes", 512, 1, 512, "UTF-8 bytes of a text id.");
  private static final Setting<Long> PAYLOAD_BYTES =
      bytes("limits.payload-bytes", "1MiB", "1KiB", "64MiB", "Size of one payload.");
  private static final Setting<Integer> COLLECTIONS =
      integer("limits.collections", 1_000, 1, 65_536, "Collections on the server.");
  private static final Setting<Integer> INGEST_WINDOW =
      integer(
          "limits.ingest-window",
          8,
          1,
          1_024,
          "Batches of an ingest stream that may be unacknowledged.");
  private static final Setting<Long> TRAINING_BYTES =
      bytes(
          "limits.training-bytes",
          "0",
          "0",
          "1TiB",
          "Memory of judged queries that a model of relevance is trained or judged with; 0 means a"
              + " quarter of the heap.");

  private static final Setting<Integer> LINK_THREADS =
      integer(
          "store.link-threads",
          Math.max(1, CORES - 1),
          1,
          1_024,
          "Threads that link new points into the indexes, and write files for an optimization.");
  private static final Setting<Long> MIN_FREE_BYTES =
      bytes(
          "store.min-free-bytes",
          "0",
          "0",
          "1TiB",
          "Free disk below which writes are refused; 0 means 5 % of the disk, at most 2 GiB.");
  private static final Setting<Integer> TAIL_POINTS =
      integer(
          "store.tail-points",
          EngineConfig.DEFAULT_TAIL_POINTS,
          1,
          100_000_000,
          "Points of a collection waiting to be linked from which on its writes are slowed.");
  private static final Setting<Long> DEFERRED_BYTES =
      bytes(
          "store.deferred-bytes",
          "0",
          "0",
          "1TiB",
          "Memory of points waiting to be linked from which on a collection with deferred indexing"
              + " takes no more; 0 means half of the machine's.");
  private static final Setting<Residence> SEGMENT_RESIDENCE =
      choice(
          "store.segment-residence",
          "mapped",
          Map.of("mapped", Residence.MAPPED, "memory", Residence.IN_MEMORY),
          "Where sealed segments are searched: in their mapped files, or in copies of them, which"
              + " take as much memory as the files are long, less the vectors beside codes.");

  private static final Setting<Integer> MERGE_DEAD_SHARE =
      integer(
          "store.merge-dead-share",
          20,
          1,
          100,
          "Per cent of dead rows at which a sealed segment is written anew without them.");
  private static final Setting<Optional<Path>> ATTACH_FOLDER =
      Setting.optionalPath(
          "store.attach-folder",
          "Folder of index folders that AttachCollection may take; unset, it takes none.");

  private static final List<Setting<?>> TABLE =
      List.of(
          DATA_DIRECTORY,
          INSECURE,
          DRAIN_TIMEOUT,
          GRPC_HOST,
          GRPC_PORT,
          GRPC_MAX_CONNECTIONS,
          GRPC_MAX_CALLS,
          GRPC_HANDSHAKE,
          GRPC_IDLE,
          GRPC_AGE,
          GRPC_AGE_GRACE,
          GRPC_KEEP_ALIVE,
          GRPC_HEADER_BYTES,
          HTTP_HOST,
          HTTP_PORT,
          HTTP_MAX_CONNECTIONS,
          SEARCH_THREADS,
          SEARCH_QUEUE,
          CALL_THREADS,
          CALL_QUEUE,
          MESSAGE_BYTES,
          IN_FLIGHT_BYTES,
          HITS,
          EF,
          DIMENSION,
          BATCH_POINTS,
          SEARCH_BATCH,
          TEXT_ID_BYTES,
          PAYLOAD_BYTES,
          COLLECTIONS,
          INGEST_WINDOW,
          TRAINING_BYTES,
          LINK_THREADS,
          MIN_FREE_BYTES,
          TAIL_POINTS,
          DEFERRED_BYTES,
          SEGMENT_RESIDENCE,
          MERGE_DEAD_SHARE,
          ATTACH_FOLDER);

  private final Settings settings;

  private ServerConfig(Settings settings) {
    this.settings = settings;
  }

  /// All settings there are.
  public static List<Setting<?>> table() {
    return TABLE;
  }

  /// Looks the settings up.
  ///
  /// @param sources the strongest first
  /// @throws ConfigException if a key is unknown, a value is not allowed, or an address is open to
  ///   other machines without `insecure`
  public static ServerConfig from(List<SettingSource> sources) {
    ServerConfig config = new ServerConfig(Settings.resolve(TABLE, sources));
    config.checkReach(GRPC_HOST, config.grpc());
    config.checkReach(HTTP_HOST, config.http());
    return config;
  }

  /// Takes settings by key, such as `grpc.port`; the others have their defaults.
  ///
  /// @throws ConfigException as [#from]
  public static ServerConfig of(Map<String, String> values) {
    return from(List.of(new SettingSource("program", values)));
  }

  /// Everything in one folder, on any free ports of this machine: for tests and tools that start a
  /// server of their own.
  public static ServerConfig local(Path dataDirectory) {
    return of(
        Map.of(
            DATA_DIRECTORY.key(), dataDirectory.toString(),
            GRPC_PORT.key(), "0",
            HTTP_PORT.key(), "0"));
  }

  private void checkReach(Setting<String> setting, Listener listener) {
    if (!listener.isLoopback() && !settings.get(INSECURE)) {
      throw new ConfigException(
          "%s: '%s' can be reached from other machines, and this version has neither authentication"
                  .formatted(setting.key(), listener.host())
              + " nor TLS (they arrive later). Use 127.0.0.1, or accept the risk with --insecure.");
    }
  }

  /// Folder of everything that must survive.
  public Path dataDirectory() {
    return settings.get(DATA_DIRECTORY);
  }

  /// Where gRPC listens.
  public Listener grpc() {
    return new Listener(
        settings.get(GRPC_HOST), settings.get(GRPC_PORT), settings.get(GRPC_MAX_CONNECTIONS));
  }

  /// Where HTTP listens.
  public Listener http() {
    return new Listener(
        settings.get(HTTP_HOST), settings.get(HTTP_PORT), settings.get(HTTP_MAX_CONNECTIONS));
  }

  /// What a gRPC connection may do.
  public Connections connections() {
    return new Connections(
        settings.get(GRPC_MAX_CALLS),
        settings.get(GRPC_HANDSHAKE),
        settings.get(GRPC_IDLE),
        settings.get(GRPC_AGE),
        settings.get(GRPC_AGE_GRACE),
        settings.get(GRPC_KEEP_ALIVE),
        Math.toIntExact(settings.get(GRPC_HEADER_BYTES)));
  }

  /// Threads and queues.
  public WorkPools pools() {
    return new WorkPools(
        settings.get(SEARCH_THREADS),
        settings.get(SEARCH_QUEUE),
        settings.get(CALL_THREADS),
        settings.get(CALL_QUEUE));
  }

  /// The most a request may ask for.
  public Limits limits() {
    int messageBytes = Math.toIntExact(settings.get(MESSAGE_BYTES));
    long inFlight = settings.get(IN_FLIGHT_BYTES);
    // One message of the largest size must always fit, or it could never be answered.
    long atLeastOne =
        Math.max(messageBytes, inFlight == 0 ? Runtime.getRuntime().maxMemory() / 4 : inFlight);
    long training = settings.get(TRAINING_BYTES);
    return new Limits(
        messageBytes,
        atLeastOne,
        settings.get(HITS),
        settings.get(EF),
        settings.get(DIMENSION),
        settings.get(BATCH_POINTS),
        settings.get(SEARCH_BATCH),
        settings.get(TEXT_ID_BYTES),
        Math.toIntExact(settings.get(PAYLOAD_BYTES)),
        settings.get(COLLECTIONS),
        settings.get(INGEST_WINDOW),
        training == 0 ? Runtime.getRuntime().maxMemory() / 4 : training);
  }

  /// What the engine may use.
  ///
  /// @param linkThreads threads that link points into indexes, and write files for an optimization
  /// @param minFreeBytes free disk below which writes are refused; empty for the engine's default
  /// @param tailPoints points waiting to be linked from which on writes are slowed
  /// @param deferredBytes memory of points waiting to be linked from which on a collection with
  ///   deferred indexing takes no more; empty for the engine's default
  /// @param segmentResidence where sealed segments are searched
  /// @param mergeDeadShare share of dead rows at which one is written anew, above 0 and at most 1
  /// @param attachFolder folder of index folders that may be attached, if any may
  public record Store(
      int linkThreads,
      OptionalLong minFreeBytes,
      int tailPoints,
      OptionalLong deferredBytes,
      Residence segmentResidence,
      double mergeDeadShare,
      Optional<Path> attachFolder) {}

  /// What the engine may use.
  public Store store() {
    long free = settings.get(MIN_FREE_BYTES);
    long deferred = settings.get(DEFERRED_BYTES);
    return new Store(
        settings.get(LINK_THREADS),
        free == 0 ? OptionalLong.empty() : OptionalLong.of(free),
        settings.get(TAIL_POINTS),
        deferred == 0 ? OptionalLong.empty() : OptionalLong.of(deferred),
        settings.get(SEGMENT_RESIDENCE),
        settings.get(MERGE_DEAD_SHARE) / 100.0,
        settings.get(ATTACH_FOLDER));
  }

  /// How long a stop waits for calls to finish.
  public Duration drainTimeout() {
    return settings.get(DRAIN_TIMEOUT);
  }

  /// Writes all settings as a YAML file with comments, ranges and origins.
  public String toYaml() {
    return settings.toYaml();
  }
}
