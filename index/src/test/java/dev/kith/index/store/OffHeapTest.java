package dev.kith.index.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OffHeapTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 63, 4096, 4097, (2 << 20) - 1, 2 << 20, (2 << 20) + 1, 5_000_011})
  void givesZeroedPageAlignedMemoryOfExactlyTheLengthAskedFor(long bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = OffHeap.reserve(bytes, arena);
      assertEquals(bytes, memory.byteSize());
      assertEquals(0, memory.address() % 4096);
      for (long at = 0; at < bytes; at++) {
        assertEquals(0, memory.get(ValueLayout.JAVA_BYTE, at));
      }
      memory.fill((byte) 7);
      assertEquals(7, memory.get(ValueLayout.JAVA_BYTE, bytes - 1));
    }
  }

  @Test
  void aGenerousCapacityCostsOnlyWhatIsWritten() throws IOException {
    assumeTrue(Files.exists(Path.of("/proc/self/statm")));
    try (Arena arena = Arena.ofShared()) {
      long before = residentBytes();
      // Sixty-four gigabytes: more than this machine has.
      MemorySegment memory = OffHeap.reserve(64L << 30, arena);
      memory.set(ValueLayout.JAVA_LONG, 40L << 30, 42);
      assertEquals(42, memory.get(ValueLayout.JAVA_LONG, 40L << 30));
      assertTrue(residentBytes() - before < 512L << 20, "resident memory grew with the capacity");
    }
  }

  @Test
  void theMemoryIsGivenBackWhenTheArenaCloses() throws IOException {
    assumeTrue(Files.exists(Path.of("/proc/self/maps")));
    long address;
    try (Arena arena = Arena.ofShared()) {
      // An odd number of pages, so that no neighbouring mapping is likely to be merged with it.
      MemorySegment memory = OffHeap.reserve(1237L * 4096, arena);
      address = memory.address();
      memory.fill((byte) 1);
      assertTrue(isMapped(address));
    }
    assertFalse(isMapped(address));
  }

  @Test
  void aClosedArenaIsRefused() {
    Arena arena = Arena.ofShared();
    arena.close();
    assertThrows(IllegalStateException.class, () -> OffHeap.reserve(4096, arena));
  }

  @Test
  void nothingAtAllCannotBeReserved() {
    assertThrows(IllegalArgumentException.class, () -> OffHeap.reserve(0, Arena.global()));
    assertThrows(IllegalArgumentException.class, () -> OffHeap.reserve(-1, Arena.global()));
  }

  private static long residentBytes() throws IOException {
    return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ", -1)[1]) * 4096;
  }

  private static boolean isMapped(long address) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
      String[] range = line.substring(0, line.indexOf(' ')).split("-", -1);
      if (Long.compareUnsigned(Long.parseUnsignedLong(range[0], 16), address) <= 0
          && Long.compareUnsigned(address, Long.parseUnsignedLong(range[1], 16)) < 0) {
        return true;
      }
    }
    return false;
  }
}
