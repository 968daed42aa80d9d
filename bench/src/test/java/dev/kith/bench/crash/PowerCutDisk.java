package dev.kith.bench.crash;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A disk whose power can be cut: a file system in a file, mounted through a loop device.
///
/// The cut is the ioctl that file systems have for their own crash tests: nothing more reaches the
/// device, not even the journal, and every call on the mount fails. What the kernel still held is
/// gone when the mount is; mounting again recovers as after a real loss of power. The device's own
/// cache is not modelled: what the file system has written to the file stays.
///
/// Needs root and a free loop device; Linux only.
@SuppressWarnings("restricted") // Calls the operating system.
final class PowerCutDisk implements AutoCloseable {

  /*
   * FS_IOC_SHUTDOWN is _IOR('X', 125, __u32): direction 2 in the two highest bits, then the size of
   * the argument, the letter and the number.
   */
  private static final long SHUTDOWN = 0x8004587DL;
  private static final int NO_LOG_FLUSH = 2;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle OPEN =
      LINKER.downcallHandle(
          LINKER.defaultLookup().find("open").orElseThrow(),
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle IOCTL =
      LINKER.downcallHandle(
          LINKER.defaultLookup().find("ioctl").orElseThrow(),
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle CLOSE =
      LINKER.downcallHandle(
          LINKER.defaultLookup().find("close").orElseThrow(),
          FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private static final int UNMOUNT_ATTEMPTS = 100;

  private final Path image;
  private final Path mount;
  private final Thread lastResort = new Thread(this::closeQuietly);

  private PowerCutDisk(Path image, Path mount) {
    this.image = image;
    this.mount = mount;
  }

  /// Whether this machine can make such a disk with this file system.
  static boolean isPossible(String fileSystem) throws InterruptedException {
    try {
      return "root".equals(System.getProperty("user.name"))
          && Files.exists(Path.of("/dev/loop-control"))
          && run(List.of("mkfs." + fileSystem, "-V")).exit() == 0
          && run(List.of("losetup", "--find")).exit() == 0;
    } catch (IOException missing) {
      return false;
    }
  }

  /// Makes and mounts a new one.
  ///
  /// @param fileSystem `ext4` or `xfs`
  static PowerCutDisk create(Path folder, String fileSystem, long bytes)
      throws IOException, InterruptedException {
    Path image = folder.resolve("disk." + fileSystem);
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(bytes);
    }
    require(List.of("mkfs." + fileSystem, "-q", image.toString()));
    PowerCutDisk disk = new PowerCutDisk(image, Files.createDirectories(folder.resolve("mount")));
    disk.mount();
    Runtime.getRuntime().addShutdownHook(disk.lastResort);
    return disk;
  }

  /// Where it is mounted.
  Path root() {
    return mount;
  }

  /// Cuts the power: from here on nothing reaches the disk.
  void cut() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = arena.allocateFrom(mount.toString(), StandardCharsets.UTF_8);
      int descriptor = (int) OPEN.invokeExact(path, 0);
      if (descriptor < 0) {
        throw new IOException("cannot open " + mount);
      }
      int result =
          (int) IOCTL.invokeExact(descriptor, SHUTDOWN, arena.allocateFrom(JAVA_INT, NO_LOG_FLUSH));
      int closed = (int) CLOSE.invokeExact(descriptor);
      if (result != 0 || closed != 0) {
        throw new IOException("the power of " + mount + " cannot be cut: ioctl gave " + result);
      }
    } catch (IOException | RuntimeException failure) {
      throw failure;
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /// Brings the power back. Nothing may use the mount any more.
  void restore() throws IOException, InterruptedException {
    unmount();
    mount();
  }

  private void mount() throws IOException, InterruptedException {
    require(List.of("mount", "-o", "loop", image.toString(), mount.toString()));
  }

  private void unmount() throws IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      Result result = run(List.of("umount", mount.toString()));
      if (result.exit() == 0) {
        return;
      }
      if (attempt == UNMOUNT_ATTEMPTS) {
        throw new IOException("cannot unmount " + mount + ": " + result.output());
      }
      Pace.pauseMillis(50); // The kernel may still be taking a killed process apart.
    }
  }

  private boolean isMounted() throws IOException {
    return Files.readAllLines(Path.of("/proc/mounts")).stream()
        .anyMatch(line -> line.contains(" " + mount + " "));
  }

  private void closeQuietly() {
    try {
      if (isMounted()) {
        run(List.of("umount", "--lazy", mount.toString()));
      }
    } catch (IOException failure) {
      System.getLogger("crash").log(System.Logger.Level.ERROR, "left mounted: " + mount, failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// Unmounts, which frees the loop device, and deletes the image.
  @Override
  public void close() throws IOException {
    if (isMounted()) {
      try {
        unmount();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      } finally {
        closeQuietly();
      }
    }
    Files.deleteIfExists(image);
    Runtime.getRuntime().removeShutdownHook(lastResort);
  }

  private record Result(int exit, String output) {}

  private static void require(List<String> command) throws IOException, InterruptedException {
    Result result = run(command);
    if (result.exit() != 0) {
      throw new IOException(command + " failed: " + result.output());
    }
  }

  private static Result run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(command + " does not end");
    }
    return new Result(process.exitValue(), output);
  }
}
