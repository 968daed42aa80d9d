package dev.kith.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A call failed. The message is the server's own sentence, or says why the server was not reached.
public final class KithException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Code code;
  private final String reason;
  private final boolean retryable;
  private final HashMap<String, String> metadata;
  private final ArrayList<FieldViolation> violations;

  /// The kinds of failure, named as gRPC names them.
  public enum Code {
    CANCELLED,
    UNKNOWN,
    INVALID_ARGUMENT,
    DEADLINE_EXCEEDED,
    NOT_FOUND,
    ALREADY_EXISTS,
    PERMISSION_DENIED,
    RESOURCE_EXHAUSTED,
    FAILED_PRECONDITION,
    ABORTED,
    OUT_OF_RANGE,
    UNIMPLEMENTED,
    INTERNAL,
    UNAVAILABLE,
    DATA_LOSS,
    UNAUTHENTICATED
  }

  /// What is known of a failure besides its message.
  record Details(
      Code code,
      String reason,
      boolean retryable,
      Map<String, String> metadata,
      List<FieldViolation> violations) {
    static Details of(Code code) {
      return new Details(code, "", false, Map.of(), List.of());
    }
  }

  KithException(String message, Details details, @Nullable Throwable cause) {
    super(message, cause);
    this.code = details.code();
    this.reason = details.reason();
    this.retryable = details.retryable();
    this.metadata = new HashMap<>(details.metadata());
    this.violations = new ArrayList<>(details.violations());
  }

  /// The server's own sentence, or why the server was not reached.
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }

  /// The kind of failure.
  public Code code() {
    return code;
  }

  /// The server's machine-readable reason, a value of `kith.v1.ErrorReason` such as
  /// `ERROR_REASON_COLLECTION_NOT_FOUND`; empty if the server was not reached.
  public String reason() {
    return reason;
  }

  /// Whether the same call may succeed later without being changed. The client has by then tried as
  /// often as its [RetryPolicy] says.
  public boolean retryable() {
    return retryable;
  }

  /// Every value of the message by name.
  public Map<String, String> metadata() {
    return Map.copyOf(metadata);
  }

  /// The fields of the request that are at fault.
  public List<FieldViolation> violations() {
    return List.copyOf(violations);
  }

  private Details details() {
    return new Details(code, reason, retryable, metadata, violations);
  }

  /// The same failure said with something before it.
  KithException prefixed(String prefix) {
    return new KithException(prefix + getMessage(), details(), this);
  }

  /// The same failure with the stack of the thread that waited for it.
  KithException rethrown() {
    return new KithException(getMessage(), details(), this);
  }
}
