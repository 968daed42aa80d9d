package dev.kith.server.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The journal's own records. If one of these fails, the format has changed: raise the record's
/// version and go on reading the old one; do not edit the expected bytes.
final class MetaRecordsTest {
  @TempDir Path folder;

  private static byte[] key(String name) {
    return name.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void theyAreTheSameBytesForever() throws IOException {
    Tampering.change(folder, writes -> MetaRecords.writeLsn(writes, 258));
    try (Store store = Store.open(folder.resolve("store"))) {
      assertEquals(258, MetaRecords.readLsn(store));
      assertEquals("010000000000000102", hex(store, "L"));
      assertEquals("0100000001", hex(store, "F"));
    }
  }

  private static String hex(Store store, String key) {
    byte[] value = store.get(Family.META, key(key));
    return value == null ? "missing" : HexFormat.of().formatHex(value);
  }

  @Test
  void aStoreOfANewerFormatIsRefused() throws IOException {
    Tampering.change(folder, writes -> MetaRecords.writeFormat(writes, 2));
    assertThrows(FormatVersionException.class, () -> Store.open(folder.resolve("store")).close());
  }

  @Test
  void useAfterCloseThrows() throws IOException {
    Store store = Store.open(folder.resolve("store"));
    StoreSnapshot snapshot = store.snapshot();
    Cursor cursor = snapshot.cursor(Family.META, key("A"), key("Z"));
    store.close();
    assertThrows(IllegalStateException.class, () -> store.get(Family.META, key("L")));
    assertThrows(IllegalStateException.class, () -> snapshot.get(Family.META, key("L")));
    assertThrows(IllegalStateException.class, cursor::isValid);
    cursor.close();
    snapshot.close();
    store.close();
  }
}
