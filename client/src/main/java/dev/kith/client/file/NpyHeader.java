package dev.kith.client.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The header of a NumPy array file, format versions 1 to 3.
///
/// | offset | type | field |
/// |---|---|---|
/// | 0 | 6 bytes | magic, `0x93 NUMPY` |
/// | 6 | byte, byte | major version (1 to 3), minor version (0) |
/// | 8 | unsigned short (v1) or int (v2, v3), little-endian | length of the dictionary |
/// | then | text | a Python dictionary with the keys `descr`, `fortran_order`, `shape` |
///
/// See NumPy's `numpy.lib.format` for the format's definition.
///
/// @param descr type of the elements, such as `<f4`
/// @param shape the lengths of the axes, in C order; none negative
/// @param dataOffset where the elements begin
record NpyHeader(String descr, List<Long> shape, long dataOffset) {
  static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /// A dictionary of three entries is below 200 bytes; what is far above is not ours.
  private static final int MAX_DICTIONARY_BYTES = 1 << 16;

  private static final int MAX_PREAMBLE_BYTES = 12;
  private static final int MAX_AXES = 32;

  /// Reads and checks the header of a file.
  ///
  /// @throws MalformedFileException if it is not one, or if the array is in Fortran order
  static NpyHeader read(Path file, FileChannel channel) throws IOException {
    ByteBuffer preamble = read(channel, 0, MAX_PREAMBLE_BYTES);
    if (preamble.limit() < MAX_PREAMBLE_BYTES || !startsWithMagic(preamble)) {
      throw MalformedFileException.at(file, 0, "an .npy header (0x93 NUMPY)", hex(preamble));
    }
    int major = preamble.get(6);
    int minor = preamble.get(7);
    if (major < 1 || major > 3 || minor != 0) {
      throw MalformedFileException.at(
          file, 6, "format version 1.0, 2.0 or 3.0", major + "." + minor);
    }
    int start = major == 1 ? 10 : 12;
    long length = major == 1 ? preamble.getShort(8) & 0xFFFF : preamble.getInt(8) & 0xFFFF_FFFFL;
    if (length > Math.min(MAX_DICTIONARY_BYTES, channel.size() - start)) {
      throw MalformedFileException.at(
          file,
          8,
          "a header of at most %d bytes within the file".formatted(MAX_DICTIONARY_BYTES),
          length);
    }
    ByteBuffer dictionary = read(channel, start, (int) length);
    String text = StandardCharsets.ISO_8859_1.decode(dictionary).toString();
    return new Parser(file, start, text).dictionary(start + length);
  }

  /// Elements in all.
  ///
  /// @throws MalformedFileException if they are too many to count
  long elements(Path file) throws MalformedFileException {
    long elements = 1;
    for (long axis : shape) {
      try {
        elements = Math.multiplyExact(elements, axis);
      } catch (ArithmeticException overflow) {
        throw new MalformedFileException(
            file, "header", "a shape of fewer than 2^63 elements", shape, overflow);
      }
    }
    return elements;
  }

  /// Refuses a file whose length is not exactly that of its header and elements.
  void requireLength(Path file, FileChannel channel, int elementBytes) throws IOException {
    long elements = elements(file);
    long size = channel.size();
    if (elements > (size - dataOffset) / elementBytes
        || dataOffset + elements * elementBytes != size) {
      throw new MalformedFileException(
          file,
          "offset " + dataOffset,
          "%d elements of %d bytes as the shape %s says".formatted(elements, elementBytes, shape),
          (size - dataOffset) + " bytes");
    }
  }

  private static boolean startsWithMagic(ByteBuffer preamble) {
    for (int i = 0; i < MAGIC.length; i++) {
      if (preamble.get(i) != MAGIC[i]) {
        return false;
      }
    }
    return true;
  }

  private static ByteBuffer read(FileChannel channel, long offset, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position()) < 0) {
        break;
      }
    }
    return buffer.flip();
  }

  private static String hex(ByteBuffer bytes) {
    StringBuilder hex = new StringBuilder("bytes");
    for (int i = 0; i < bytes.limit(); i++) {
      hex.append(" %02x".formatted(bytes.get(i)));
    }
    return hex.toString();
  }

  /// Reads the one kind of Python literal that occurs: `{'key': value, ...}`.
  private static final class Parser {
    private final Path file;
    private final int start;
    private final String text;
    private int at;

    Parser(Path file, int start, String text) {
      this.file = file;
      this.start = start;
      this.text = text;
    }

    NpyHeader dictionary(long dataOffset) throws MalformedFileException {
      String descr = "";
      String fortranOrder = "";
      List<Long> shape = List.of();
      List<String> seen = new ArrayList<>();
      expect('{');
      while (!accept('}')) {
        int keyAt = at;
        String key = quoted();
        if (seen.contains(key)) {
          throw malformed(keyAt, "each key once", key + " again");
        }
        seen.add(key);
        expect(':');
        switch (key) {
          case "descr" -> descr = quoted();
          case "fortran_order" -> fortranOrder = word();
          case "shape" -> shape = tuple();
          default -> throw malformed(keyAt, "descr, fortran_order or shape", key);
        }
        if (!accept(',')) {
          expect('}');
          break;
        }
      }
      if (!text.substring(at).isBlank()) {
        throw malformed(at, "nothing but spaces after the dictionary", text.substring(at));
      }
      if (seen.size() != 3) {
        throw malformed(0, "the keys descr, fortran_order and shape", seen);
      }
      if (!fortranOrder.equals("False")) {
        throw malformed(
            0,
            "'fortran_order': False (save numpy.ascontiguousarray(a) instead)",
            fortranOrder.isEmpty() ? "nothing" : fortranOrder);
      }
      return new NpyHeader(descr, shape, dataOffset);
    }

    private List<Long> tuple() throws MalformedFileException {
      List<Long> axes = new ArrayList<>();
      expect('(');
      while (!accept(')')) {
        if (axes.size() == MAX_AXES) {
          throw malformed(at, "at most %d axes".formatted(MAX_AXES), "more");
        }
        axes.add(number());
        if (!accept(',')) {
          expect(')');
          break;
        }
      }
      return List.copyOf(axes);
    }

    private long number() throws MalformedFileException {
      skipSpaces();
      int from = at;
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        at++;
      }
      // 18 digits never overflow a long.
      if (at == from || at - from > 18) {
        throw malformed(from, "a length of 1 to 18 digits", rest(from));
      }
      return Long.parseLong(text.substring(from, at));
    }

    private String word() {
      skipSpaces();
      int from = at;
      while (at < text.length() && Character.isLetter(text.charAt(at))) {
        at++;
      }
      return text.substring(from, at);
    }

    private String quoted() throws MalformedFileException {
      skipSpaces();
      char quote = at < text.length() ? text.charAt(at) : 0;
      int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
      if (end < 0) {
        throw malformed(at, "text in quotes", rest(at));
      }
      String value = text.substring(at + 1, end);
      at = end + 1;
      return value;
    }

    private boolean accept(char wanted) {
      skipSpaces();
      if (at < text.length() && text.charAt(at) == wanted) {
        at++;
        return true;
      }
      return false;
    }

    private void expect(char wanted) throws MalformedFileException {
      if (!accept(wanted)) {
        throw malformed(at, "'" + wanted + "'", rest(at));
      }
    }

    private void skipSpaces() {
      while (at < text.length() && " \n\t".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
    }

    private String rest(int from) {
      return from >= text.length() ? "the end of the header" : text.substring(from).strip();
    }

    private MalformedFileException malformed(int where, String expected, Object found) {
      return MalformedFileException.at(file, start + (long) where, expected, found);
    }
  }
}
