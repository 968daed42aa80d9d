package dev.kith.server.collection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What the operating system says of the memory of this process. Only Linux is asked.
public final class ProcessMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path MACHINE = Path.of("/proc/meminfo");

  private ProcessMemory() {}

  /// Physical memory that the process has now, mapped files included, in bytes; 0 if unknown.
  public static long resident() {
    return read(STATUS, "VmRSS:");
  }

  /// The most that it has had since it began; 0 if unknown.
  public static long peakResident() {
    return read(STATUS, "VmHWM:");
  }

  /// Memory of the machine that could be had without swapping, in bytes; 0 if unknown.
  public static long available() {
    return read(MACHINE, "MemAvailable:");
  }

  /// Memory of the machine, in bytes; 0 if unknown.
  public static long installed() {
    return read(MACHINE, "MemTotal:");
  }

  /// Reads a line such as `VmRSS: 1234 kB`.
  private static long read(Path file, String name) {
    try {
      List<String> lines = Files.readAllLines(file);
      for (String line : lines) {
        if (line.startsWith(name)) {
          return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
      }
    } catch (IOException notLinux) {
      return 0;
    }
    return 0;
  }
}
