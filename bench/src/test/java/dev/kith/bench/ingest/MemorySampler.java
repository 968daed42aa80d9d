package dev.kith.bench.ingest;

import com.sun.management.OperatingSystemMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import dev.kith.client.CollectionStats;
import dev.kith.client.KithCollection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/// Weighs a server's process again and again: what the system says it holds, what its heap holds,
/// and what the collection says its rows and links take.
final class MemorySampler implements Runnable, AutoCloseable {
  private static final long KIB = 1L << 10;

  /// One weighing, in bytes.
  ///
  /// @param points acknowledged at that time
  /// @param resident resident memory of the process
  /// @param heapUsed live and dead objects of its heap
  /// @param heapCommitted what the heap has taken from the system
  /// @param index rows and links, as the collection's statistics tell them
  /// @param unlinked points that wait to be linked
  record Sample(
      int points, long resident, long heapUsed, long heapCommitted, long index, long unlinked) {

    /// Everything but rows and links.
    long overhead() {
      return resident - index;
    }

    /// Everything but rows, links and heap: RocksDB's memory and the JVM's own.
    long outsideHeap() {
      return resident - index - heapCommitted;
    }
  }

  private final Path status;
  private final JMXConnector connector;
  private final MemoryMXBean memory;
  private final OperatingSystemMXBean system;
  private final KithCollection collection;
  private final IntSupplier acknowledged;
  private final List<Sample> samples = new ArrayList<>();

  private MemorySampler(
      Path status, JMXConnector connector, KithCollection collection, IntSupplier acknowledged)
      throws IOException {
    this.status = status;
    this.connector = connector;
    this.memory =
        ManagementFactory.getPlatformMXBean(
            connector.getMBeanServerConnection(), MemoryMXBean.class);
    this.system =
        ManagementFactory.getPlatformMXBean(
            connector.getMBeanServerConnection(), OperatingSystemMXBean.class);
    this.collection = collection;
    this.acknowledged = acknowledged;
  }

  /// Attaches to a process.
  ///
  /// @param acknowledged says how many points are acknowledged
  @SuppressWarnings("BanJNDI") // The server that we started told us the address.
  static MemorySampler attach(long pid, KithCollection collection, IntSupplier acknowledged)
      throws IOException, AttachNotSupportedException {
    VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
    try {
      JMXServiceURL address = new JMXServiceURL(machine.startLocalManagementAgent());
      return new MemorySampler(
          Path.of("/proc", Long.toString(pid), "status"),
          JMXConnectorFactory.connect(address),
          collection,
          acknowledged);
    } finally {
      machine.detach();
    }
  }

  @Override
  public void run() {
    sample();
  }

  /// Weighs now.
  synchronized Sample sample() {
    CollectionStats stats = collection.stats();
    MemoryUsage heap = memory.getHeapMemoryUsage();
    long index = stats.segments().stream().mapToLong(CollectionStats.Segment::bytes).sum();
    Sample sample =
        new Sample(
            acknowledged.getAsInt(),
            resident(),
            heap.getUsed(),
            heap.getCommitted(),
            index,
            stats.unlinkedPoints());
    samples.add(sample);
    return sample;
  }

  /// Processor time the process has used, in seconds: unlike the clock, it does not tell how busy
  /// the machine is with other work.
  double cpuSeconds() {
    return system.getProcessCpuTime() / 1e9;
  }

  /// All weighings, in order.
  synchronized List<Sample> samples() {
    return List.copyOf(samples);
  }

  private long resident() {
    try {
      for (String line : Files.readAllLines(status)) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) * KIB;
        }
      }
      throw new IllegalStateException(status + " has no line VmRSS");
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  @Override
  public void close() throws IOException {
    connector.close();
  }
}
