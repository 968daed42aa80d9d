package dev.kith.server.rpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import dev.kith.server.refusal.Refusal;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads requests and never throws.
///
/// A marshaller that throws makes gRPC answer `UNKNOWN` and log a stack trace, so that anyone who
/// can connect can fill the log. This one hands the failure on as a value. It also reads without
/// copying twice: `bytes` fields of the message are views of the one array that was read.
final class SafeMarshaller<T extends Message> implements Marshaller<Received<T>> {
  private static final Logger LOG = LoggerFactory.getLogger(SafeMarshaller.class);
  private static final LogGate GATE = new LogGate();

  private final String method;
  private final T prototype;
  private final Parser<T> parser;
  private final MessageWeight weight;
  private final int maxBytes;

  @SuppressWarnings("unchecked") // The parser of a generated type makes that type.
  SafeMarshaller(String method, T prototype, MessageWeight weight, int maxBytes) {
    this.method = method;
    this.prototype = prototype;
    this.parser = (Parser<T>) prototype.getParserForType();
    this.weight = weight;
    this.maxBytes = maxBytes;
  }

  @Override
  public InputStream stream(Received<T> value) {
    throw new UnsupportedOperationException("a server sends no requests");
  }

  @Override
  public Received<T> parse(InputStream stream) {
    byte[] bytes;
    try {
      bytes = read(stream);
    } catch (StatusRuntimeException tooLarge) {
      // How gRPC's own stream says that the decompressed message exceeds the limit.
      return unreadable(new Refusal.MessageTooLarge(maxBytes), 0);
    } catch (IOException | RuntimeException damaged) {
      return unreadable(new Refusal.MalformedMessage("The message cannot be decompressed."), 0);
    }
    try {
      String tooHeavy = weight.exceeds(bytes, prototype.getDescriptorForType());
      if (tooHeavy != null) {
        return unreadable(new Refusal.MalformedMessage(tooHeavy), bytes.length);
      }
      CodedInputStream input = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
      input.enableAliasing(true);
      T message = parser.parseFrom(input);
      input.checkLastTagWas(0);
      return new Received.Intact<>(message, bytes.length);
    } catch (InvalidProtocolBufferException malformed) {
      return unreadable(
          new Refusal.MalformedMessage(
              "The bytes are not a %s.".formatted(prototype.getDescriptorForType().getFullName())),
          bytes.length);
    } catch (IOException | RuntimeException surprise) {
      return unreadable(new Refusal.MalformedMessage("The message cannot be read."), bytes.length);
    }
  }

  private static byte[] read(InputStream stream) throws IOException {
    if (stream instanceof KnownLength) {
      byte[] bytes = new byte[stream.available()];
      int read = stream.readNBytes(bytes, 0, bytes.length);
      if (read != bytes.length) {
        throw new IOException("the stream ended early");
      }
      return bytes;
    }
    return stream.readAllBytes(); // Bounded: gRPC counts what a decompressor yields.
  }

  private Received<T> unreadable(Refusal refusal, int bytes) {
    GATE.pass(
        suppressed ->
            LOG.warn(
                "refused the bytes of a {} request: {} ({} more since the last such line)",
                method,
                refusal.message(),
                suppressed));
    return new Received.Broken<>(refusal, bytes);
  }
}
