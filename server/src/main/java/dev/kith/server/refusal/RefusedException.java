package dev.kith.server.refusal;

/// Carries a [Refusal] from where it was found out to where it is answered.
///
/// Has no stack trace: refusals are an ordinary outcome, may come by the thousand, and their
/// message already says what to change.
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Refusal refusal;

  public RefusedException(Refusal refusal) {
    super(refusal.message(), null, false, false);
    this.refusal = refusal;
  }

  /// The refusal.
  public Refusal refusal() {
    return refusal;
  }
}
