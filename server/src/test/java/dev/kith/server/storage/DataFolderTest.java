package dev.kith.server.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who may have a folder, and which folders are understood.
final class DataFolderTest {
  @TempDir Path folder;

  @Test
  void aFolderOfANewerFormatIsRefusedNamingBothVersionsAndNothingIsChanged() throws IOException {
    DataFolder.open(folder, 7).close();
    FormatVersionException refused =
        assertThrows(FormatVersionException.class, () -> DataFolder.open(folder, 3).close());
    assertTrue(refused.toString().contains("'7'"), refused.toString());
    assertTrue(refused.toString().contains("1 to 3"), refused.toString());
    assertEquals("kith-data 7\n", Files.readString(folder.resolve("FORMAT")));
    assertFalse(Files.exists(folder.resolve("store")));
    DataFolder.open(folder, 8).close();
    assertEquals("kith-data 7\n", Files.readString(folder.resolve("FORMAT")));
  }

  @Test
  void aFolderOfSomethingElseIsRefused() throws IOException {
    Files.writeString(folder.resolve("FORMAT"), "elephants");
    assertThrows(FormatVersionException.class, () -> DataFolder.open(folder).close());
  }

  @Test
  void theFormatLineIsTheSameBytesForever() throws IOException {
    DataFolder.open(folder).close();
    assertEquals("kith-data 1\n", Files.readString(folder.resolve("FORMAT")));
  }

  @Test
  void theLockNamesTheProcessAndIsGivenBack() throws IOException {
    try (DataFolder open = DataFolder.open(folder)) {
      assertEquals(folder, open.path());
      assertEquals(ProcessHandle.current().pid() + "\n", Files.readString(folder.resolve("LOCK")));
      assertThrows(FolderInUseException.class, () -> DataFolder.open(folder).close());
    }
    DataFolder.open(folder).close();
  }
}
