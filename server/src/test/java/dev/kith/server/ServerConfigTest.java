package dev.kith.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.build.SealedSegment.Residence;
import dev.kith.server.config.ConfigException;
import dev.kith.server.config.Setting;
import dev.kith.server.config.SettingSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ServerConfigTest {

  @TempDir Path folder;

  private Path file(String yaml) throws IOException {
    return Files.writeString(folder.resolve("kith.yaml"), yaml);
  }

  private static String refused(Map<String, String> values) {
    return message(() -> ServerConfig.of(values));
  }

  private static String message(Executable refused) {
    return String.valueOf(assertThrows(ConfigException.class, refused).getMessage());
  }

  @Test
  void everySettingHasADefaultThatWorks() {
    ServerConfig config = ServerConfig.of(Map.of());
    assertEquals(Path.of("kith-data"), config.dataDirectory());
    assertEquals(7600, config.grpc().port());
    assertEquals(7601, config.http().port());
    assertEquals("127.0.0.1", config.grpc().host());
    assertEquals(64 << 20, config.limits().messageBytes());
    assertEquals(10_000, config.limits().hits());
    assertEquals(Duration.ofSeconds(30), config.drainTimeout());
    assertEquals(Residence.MAPPED, config.store().segmentResidence());
    assertTrue(config.limits().inFlightBytes() >= config.limits().messageBytes());
  }

  @Test
  void flagsWinOverTheEnvironmentTheEnvironmentOverTheFileAndTheFileOverDefaults()
      throws IOException {
    SettingSource yaml =
        SettingSource.file(file("grpc:\n  port: 1\nhttp:\n  port: 2\nsearch:\n  queue: 3\n"));
    SettingSource environment =
        SettingSource.environment(
            Map.of("KITH_GRPC_PORT", "11", "KITH_HTTP_PORT", "12", "PATH", "/bin"),
            ServerConfig.table());
    SettingSource flags = new SettingSource("flag", Map.of("grpc.port", "21"));
    ServerConfig config = ServerConfig.from(List.of(flags, environment, yaml));
    assertEquals(21, config.grpc().port());
    assertEquals(12, config.http().port());
    assertEquals(3, config.pools().searchQueue());
    assertEquals(1_024, config.pools().callQueue());
  }

  @Test
  void aMisspeltSettingStopsTheServerWhereverItStands() throws IOException {
    String inFlags = refused(Map.of("grpc.prot", "1"));
    assertTrue(inFlags.contains("'grpc.prot'"), inFlags);
    SettingSource yaml = SettingSource.file(file("grpc:\n  prot: 1\n"));
    String inFile = message(() -> ServerConfig.from(List.of(yaml)));
    assertTrue(inFile.contains("grpc.prot") && inFile.contains("kith.yaml"), inFile);
    SettingSource environment =
        SettingSource.environment(Map.of("KITH_GRPC_PROT", "1"), ServerConfig.table());
    String inEnvironment = message(() -> ServerConfig.from(List.of(environment)));
    assertTrue(inEnvironment.contains("KITH_GRPC_PROT"), inEnvironment);
  }

  @Test
  void variablesOfTheLauncherTheClientAndKubernetesAreNotOurs() {
    ServerConfig.from(
        List.of(
            SettingSource.environment(
                Map.of(
                    "KITH_JAVA_OPTS", "-Xmx1g",
                    "KITH_ADDRESS", "10.0.0.1:7600",
                    "KITH_SERVICE_HOST", "10.0.0.1",
                    "KITH_PORT_7600_TCP", "tcp://10.0.0.1:7600"),
                ServerConfig.table())));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "grpc.port|70000|[0, 65535]",
        "grpc.port|-1|[0, 65535]",
        "grpc.port|http|[0, 65535]",
        "grpc.port|99999999999999999999|[0, 65535]",
        "limits.hits|10001|[1, 10000]",
        "limits.message-bytes|1KiB|[1MiB, 1GiB]",
        "limits.message-bytes|64 megabytes|[1MiB, 1GiB]",
        "drain-timeout|30|[0s, 10m]",
        "drain-timeout|1h|[0s, 10m]",
        "insecure|yes|true or false",
        "store.segment-residence|disk|mapped or memory",
        "search.threads|0|[1, 1024]"
      })
  void aValueOutOfRangeIsNamedWithItsKeyAndTheRange(String key, String value, String range) {
    String message = refused(Map.of(key, value));
    assertTrue(
        message.contains(key) && message.contains("'" + value + "'") && message.contains(range),
        message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::"})
  void anAddressOpenToOtherMachinesNeedsInsecure(String host) {
    String message = refused(Map.of("grpc.host", host));
    assertTrue(message.contains("--insecure") && message.contains("TLS"), message);
    assertTrue(refused(Map.of("http.host", host)).contains("http.host"));
    ServerConfig.of(Map.of("grpc.host", host, "insecure", "true"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[1, 2]",
        "grpc: 7600",
        "grpc:\n  port: [1]",
        "grpc:\n  port:\n",
        "grpc:\n  port: 1\n  port: 2\n",
        "a: b: c: {",
        "\"unclosed"
      })
  void aFileThatIsNoMappingOfSettingsIsRefusedWithItsName(String yaml) throws IOException {
    Path file = file(yaml);
    String message = message(() -> ServerConfig.from(List.of(SettingSource.file(file))));
    assertTrue(message.contains("kith.yaml"), message);
  }

  @Test
  void anEmptyFileSetsNothingAndAMissingOneIsRefused() throws IOException {
    assertEquals(Map.of(), SettingSource.file(file("")).values());
    assertEquals(Map.of(), SettingSource.file(file("# nothing\n")).values());
    Path missing = folder.resolve("missing.yaml");
    assertTrue(message(() -> SettingSource.file(missing)).contains("missing.yaml"));
  }

  @Test
  void thePrintedConfigurationNamesEverySettingAndCanBeReadBack() throws IOException {
    ServerConfig config = ServerConfig.of(Map.of("search.queue", "77", "drain-timeout", "5s"));
    String yaml = config.toYaml();
    ServerConfig again = ServerConfig.from(List.of(SettingSource.file(file(yaml))));
    assertEquals(77, again.pools().searchQueue());
    assertEquals(config.limits(), again.limits());
    for (Setting<?> setting : ServerConfig.table()) {
      assertTrue(yaml.contains(setting.variable()), setting.key());
      assertTrue(yaml.contains(setting.comment()), setting.key());
    }
  }
}
