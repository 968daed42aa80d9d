package dev.kith.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads what a failed call tells.
///
/// @param exception for the caller
/// @param retryAfter how long the server asks to wait; null if it does not
record Failures(KithException exception, @Nullable Duration retryAfter) {

  static Failures of(Throwable failure, String address) {
    if (failure instanceof KithException known) {
      return new Failures(known, null);
    }
    Status status = told(Status.fromThrowable(failure));
    com.google.rpc.@Nullable Status rich = StatusProto.fromThrowable(failure);
    String reason = "";
    Map<String, String> metadata = Map.of();
    List<FieldViolation> violations = new ArrayList<>();
    Duration retryAfter = null;
    for (Any detail : rich == null ? List.<Any>of() : rich.getDetailsList()) {
      try {
        if (detail.is(ErrorInfo.class)) {
          ErrorInfo info = detail.unpack(ErrorInfo.class);
          reason = info.getReason();
          metadata = info.getMetadataMap();
        } else if (detail.is(BadRequest.class)) {
          for (BadRequest.FieldViolation violation :
              detail.unpack(BadRequest.class).getFieldViolationsList()) {
            violations.add(new FieldViolation(violation.getField(), violation.getDescription()));
          }
        } else if (detail.is(RetryInfo.class)) {
          com.google.protobuf.Duration delay = detail.unpack(RetryInfo.class).getRetryDelay();
          retryAfter = Duration.ofSeconds(delay.getSeconds(), delay.getNanos());
        }
      } catch (InvalidProtocolBufferException unreadable) {
        // A detail that cannot be read says nothing; the status itself still does.
      }
    }
    Status.Code code = status.getCode();
    boolean retryable =
        code == Status.Code.UNAVAILABLE
            || (code == Status.Code.RESOURCE_EXHAUSTED && retryAfter != null);
    KithException exception =
        new KithException(
            sentence(status, reason, address),
            new KithException.Details(code(code), reason, retryable, metadata, violations),
            failure);
    return new Failures(exception, retryAfter);
  }

  /// A call that the other side cancels was cut by a server that is going away: nothing says that
  /// it would not succeed elsewhere or later. Calls that the caller cancels do not come here.
  private static Status told(Status status) {
    return status.getCode() == Status.Code.CANCELLED
        ? Status.UNAVAILABLE
            .withDescription("the server broke off the call")
            .withCause(status.getCause())
        : status;
  }

  private static String sentence(Status status, String reason, String address) {
    String said = Objects.requireNonNullElse(status.getDescription(), status.getCode().name());
    if (!reason.isEmpty()) {
      return said;
    }
    Throwable cause = status.getCause();
    String why = cause == null || cause.getMessage() == null ? said : cause.getMessage();
    return switch (status.getCode()) {
      case UNAVAILABLE -> "cannot reach the server at %s: %s".formatted(address, why);
      case DEADLINE_EXCEEDED -> "no answer in time from the server at %s".formatted(address);
      case UNIMPLEMENTED -> "the server at %s does not know this call: %s".formatted(address, said);
      default -> said;
    };
  }

  private static KithException.Code code(Status.Code code) {
    return code == Status.Code.OK
        ? KithException.Code.UNKNOWN
        : KithException.Code.valueOf(code.name());
  }
}
