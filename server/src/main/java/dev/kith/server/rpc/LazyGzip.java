package dev.kith.server.rpc;

import io.grpc.Decompressor;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/// Gzip that looks at the bytes only when they are read.
///
/// gRPC's own decompressor reads the gzip header while it takes the frame apart, where a bad header
/// ends the call with `UNKNOWN`. Read late, it fails inside [SafeMarshaller], which refuses it
/// properly.
final class LazyGzip implements Decompressor {

  @Override
  public String getMessageEncoding() {
    return "gzip";
  }

  @Override
  public InputStream decompress(InputStream compressed) {
    return new InputStream() {
      private InputStream opened = InputStream.nullInputStream();
      private boolean isOpen;

      private InputStream open() throws IOException {
        if (!isOpen) {
          opened = new GZIPInputStream(compressed);
          isOpen = true;
        }
        return opened;
      }

      @Override
      public int read() throws IOException {
        return open().read();
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        return open().read(into, offset, length);
      }

      @Override
      public void close() throws IOException {
        opened.close();
        compressed.close();
      }
    };
  }
}
