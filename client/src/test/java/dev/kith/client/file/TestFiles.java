package dev.kith.client.file;

import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// Writes files of every format, the slow and obvious way.
final class TestFiles {
  private TestFiles() {}

  /// Values that every format can hold: whole numbers in `[0, 255]`.
  static float[] integers(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i * 31 % 256;
    }
    return values;
  }

  static Path write(Path file, float[] values, int dimension) throws IOException {
    switch (VectorFile.extension(file)) {
      case "npy" -> {
        if (file.getFileName().toString().startsWith("half")) {
          Files.write(file, half(values, dimension));
        } else {
          NpyWriter.write(file, dimension, values);
        }
      }
      case "fvecs", "bvecs", "ivecs" ->
          Files.write(file, texmex(VectorFile.extension(file), values, dimension));
      case "hdf5" -> {
        float[][] table = new float[values.length / dimension][];
        for (int row = 0; row < table.length; row++) {
          table[row] = Arrays.copyOfRange(values, row * dimension, (row + 1) * dimension);
        }
        try (WritableHdfFile hdf = HdfFile.write(file)) {
          hdf.putDataset("train", table);
        }
      }
      case "jsonl" -> {
        StringBuilder lines = new StringBuilder();
        for (int at = 0; at < values.length; at += dimension) {
          lines
              .append("{\"id\": %d, \"vector\": ".formatted(at / dimension))
              .append(Arrays.toString(Arrays.copyOfRange(values, at, at + dimension)))
              .append(", \"payload\": {\"row\": %d}}\n".formatted(at / dimension));
        }
        Files.writeString(file, lines);
      }
      default -> throw new IllegalArgumentException(file.toString());
    }
    return file;
  }

  private static byte[] texmex(String kind, float[] values, int dimension) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < values.length; i++) {
      if (i % dimension == 0) {
        bytes.putInt(dimension);
      }
      switch (kind) {
        case "fvecs" -> bytes.putFloat(values[i]);
        case "ivecs" -> bytes.putInt((int) values[i]);
        default -> bytes.put((byte) values[i]);
      }
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  private static byte[] half(float[] values, int dimension) {
    byte[] header =
        npy(
            1,
            "{'descr': '<f2', 'fortran_order': False, 'shape': (%d, %d), }"
                .formatted(values.length / dimension, dimension),
            new float[0]);
    ByteBuffer bytes =
        ByteBuffer.allocate(header.length + 2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(header);
    for (float value : values) {
      bytes.putShort(Float.floatToFloat16(value));
    }
    return bytes.array();
  }

  static byte[] npy(int version, String dictionary, float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(12 + dictionary.length() + 4 * values.length)
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(NpyHeader.MAGIC).put((byte) version).put((byte) 0);
    if (version == 1) {
      bytes.putShort((short) dictionary.length());
    } else {
      bytes.putInt(dictionary.length());
    }
    bytes.put(dictionary.getBytes(StandardCharsets.ISO_8859_1));
    for (float value : values) {
      bytes.putFloat(value);
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  static float[] readAll(VectorFile file, int batchRows) throws IOException {
    float[] all = new float[0];
    for (RowBatch batch = file.next(batchRows); batch != null; batch = file.next(batchRows)) {
      int before = all.length;
      all = Arrays.copyOf(all, before + batch.vectors().length);
      System.arraycopy(batch.vectors(), 0, all, before, batch.vectors().length);
    }
    return all;
  }
}
