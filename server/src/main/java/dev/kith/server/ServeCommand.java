package dev.kith.server;

import dev.kith.server.config.ConfigException;
import dev.kith.server.config.SettingSource;
import dev.kith.server.refusal.RefusedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.spi.ToolProvider;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `kith serve`: runs a server until it is told to stop.
public final class ServeCommand implements ToolProvider {
  static final int OK = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;

  @Override
  public String name() {
    return "kith-serve";
  }

  @Override
  public Optional<String> description() {
    return Optional.of("Run a server");
  }

  @Override
  public int run(PrintWriter out, PrintWriter err, String... args) {
    return new CommandLine(new Serve(System.getenv()))
        .setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              command.getErr().println("kith serve: " + explain(failure));
              command.getErr().flush();
              return failure instanceof ConfigException ? USAGE : FAILED;
            })
        .execute(args);
  }

  /// What a person needs to know; a trace is for faults only.
  private static String explain(Exception failure) {
    return switch (failure) {
      case ConfigException wrong -> String.valueOf(wrong.getMessage());
      case RefusedException refused -> refused.refusal().message();
      case IOException world -> Objects.requireNonNullElse(world.getMessage(), world.toString());
      default -> "fault: " + failure;
    };
  }

  /// The options, and what happens with them.
  @Command(
      name = "kith serve",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = "Runs a server until it is told to stop (Ctrl-C or SIGTERM), then drains it.",
      footerHeading = "%nSettings%n",
      footer = {
        "Every setting has a default that works. A flag counts before the environment"
            + " (KITH_GRPC_PORT),",
        "the environment before the file, the file before the default. An unknown setting stops"
            + " the",
        "server. `kith serve --print-config` shows all of them with ranges and where each value is"
            + " from.",
        "",
        "Exit codes: 0 stopped, also by a signal, once everything is drained and closed; 1 could"
            + " not",
        "start; 2 wrong usage or configuration."
      })
  static final class Serve implements Callable<Integer> {
    private final Map<String, String> environment;

    @Spec private @Nullable CommandSpec spec;

    @Option(names = "--config", paramLabel = "FILE", description = "YAML file of settings.")
    private @Nullable Path configFile;

    @Option(
        names = "--data",
        paramLabel = "DIR",
        description = "Data folder (data-directory; default kith-data).")
    private @Nullable String data;

    @Option(
        names = "--host",
        paramLabel = "HOST",
        description = "Interface of both ports (grpc.host, http.host; default 127.0.0.1).")
    private @Nullable String host;

    @Option(
        names = "--port",
        paramLabel = "PORT",
        description = "Port of gRPC (grpc.port; default 7600; 0 for any).")
    private @Nullable String port;

    @Option(
        names = "--http-port",
        paramLabel = "PORT",
        description = "Port of /metrics and /healthz (http.port; default 7601; 0 for any).")
    private @Nullable String httpPort;

    @Option(
        names = "--insecure",
        description = "Lets the server listen beyond this machine without authentication or TLS.")
    private boolean insecure;

    @Option(
        names = "--set",
        paramLabel = "KEY=VALUE",
        description = "Any setting, such as --set search.queue=512. May be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
        names = "--print-config",
        description = "Prints the settings in effect as a YAML file, and ends.")
    private boolean printConfig;

    Serve(Map<String, String> environment) {
      this.environment = environment;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
      ServerConfig config = ServerConfig.from(sources());
      if (printConfig) {
        out().print(config.toYaml());
        out().flush();
        return OK;
      }
      KithServer server = KithServer.start(config);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "kith-stop"));
      out()
          .printf(
              "Kith serves gRPC on %s and HTTP on %s from %s%n",
              server.grpcAddress(), server.httpAddress(), server.dataDirectory().toAbsolutePath());
      out().flush();
      server.await();
      return OK;
    }

    /// Runs when the process is told to end. The machine would report the signal as the exit code
    /// (143), which supervisors take for a failure; a stop that was asked for and done in order is
    /// none.
    private static void stop(KithServer server) {
      server.close();
      Runtime.getRuntime().halt(OK);
    }

    private List<SettingSource> sources() {
      List<SettingSource> sources = new ArrayList<>();
      sources.add(new SettingSource("flag", flags()));
      sources.add(SettingSource.environment(environment, ServerConfig.table()));
      Path file = configFile;
      if (file != null) {
        sources.add(SettingSource.file(file));
      }
      return sources;
    }

    private Map<String, String> flags() {
      Map<String, String> flags = new LinkedHashMap<>(settings);
      put(flags, ServerConfig.DATA_DIRECTORY.key(), data);
      put(flags, ServerConfig.GRPC_HOST.key(), host);
      put(flags, ServerConfig.HTTP_HOST.key(), host);
      put(flags, ServerConfig.GRPC_PORT.key(), port);
      put(flags, ServerConfig.HTTP_PORT.key(), httpPort);
      put(flags, ServerConfig.INSECURE.key(), insecure ? "true" : null);
      return flags;
    }

    private static void put(Map<String, String> flags, String key, @Nullable String value) {
      if (value != null) {
        flags.put(key, value);
      }
    }

    private PrintWriter out() {
      CommandSpec known = spec;
      if (known == null) {
        throw new IllegalStateException("picocli sets the spec before it calls");
      }
      return known.commandLine().getOut();
    }
  }
}
