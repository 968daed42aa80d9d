package dev.kith.bench.fetch;

import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.bench.embed.MiniLm;
import dev.kith.bench.progress.Progress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.zip.CRC32C;

/// Embeds texts in order and remembers each batch on disk, so that an interrupted run goes on.
///
/// The file is a header of 16 bytes (magic, dimension, checksum of all texts) and then vectors of
/// little-endian floats. A file of other texts is begun anew; half a batch at its end is cut off.
final class EmbeddingLog {

  /// Embeds some texts.
  interface Embedder {
    float[][] embed(List<String> texts);
  }

  private static final long MAGIC = 0x4B49_5448_454D_4201L;
  private static final int HEADER_BYTES = 16;
  private static final int BATCH = 512;

  private final Path file;
  private final List<String> texts;
  private final int dimension;

  EmbeddingLog(Path file, List<String> texts, int dimension) {
    this.file = file;
    this.texts = texts;
    this.dimension = dimension;
  }

  /// Embeds texts by [MiniLm] on all cores, and shows the progress.
  ///
  /// @param file remembers what is done; delete it when the vectors are elsewhere
  static FloatMatrix embed(Path file, List<String> texts, Arena arena) throws IOException {
    try (MiniLm model = MiniLm.load(Runtime.getRuntime().availableProcessors());
        Progress progress = Progress.start("Embedding", texts.size(), " texts")) {
      return new EmbeddingLog(file, texts, MiniLm.DIMENSION)
          .complete(batch -> model.embed(batch, progress::step), progress::step, arena);
    }
  }

  /// Embeds what is missing and returns the vectors of all texts.
  ///
  /// @param known told how many texts an earlier run has embedded
  FloatMatrix complete(Embedder embedder, IntConsumer known, Arena arena) throws IOException {
    FloatMatrix all = FloatMatrix.allocate(texts.size(), dimension, arena);
    int rowBytes = dimension * Float.BYTES;
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      int done = resume(channel, all);
      known.accept(done);
      while (done < texts.size()) {
        List<String> batch = texts.subList(done, Math.min(texts.size(), done + BATCH));
        float[][] vectors = embedder.embed(batch);
        ByteBuffer bytes =
            ByteBuffer.allocate(batch.size() * rowBytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < vectors.length; i++) {
          all.set(done + i, vectors[i]);
          bytes.asFloatBuffer().put(vectors[i]);
          bytes.position(bytes.position() + rowBytes);
        }
        bytes.flip();
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        done += batch.size();
      }
    }
    return all;
  }

  /// Reads the vectors that are there and leaves the channel after them.
  private int resume(FileChannel channel, FloatMatrix all) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(MAGIC).putInt(dimension).putInt(checksum()).flip();
    ByteBuffer found = ByteBuffer.allocate(HEADER_BYTES);
    while (found.hasRemaining() && channel.read(found, found.position()) > 0) {}
    if (!found.flip().equals(header)) {
      channel.truncate(0);
      channel.write(header, 0);
      channel.position(HEADER_BYTES);
      return 0;
    }
    long rowBytes = (long) dimension * Float.BYTES;
    int done = (int) Math.min(texts.size(), (channel.size() - HEADER_BYTES) / rowBytes);
    channel.truncate(HEADER_BYTES + done * rowBytes);
    ByteBuffer rows = all.data().asSlice(0, done * rowBytes).asByteBuffer();
    channel.position(HEADER_BYTES);
    while (rows.hasRemaining() && channel.read(rows) > 0) {}
    return done;
  }

  private int checksum() {
    CRC32C checksum = new CRC32C();
    for (String text : texts) {
      checksum.update(text.getBytes(StandardCharsets.UTF_8));
      checksum.update('\n');
    }
    return (int) checksum.getValue();
  }
}
