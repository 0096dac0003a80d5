/** The result of an erasure. */
export interface Erasure {
  readonly guestRef: string;
  /** Epoch milliseconds of the first erasure. */
  readonly erasedAt: number;
  /** The guest's sessions, in order of their ids. */
  readonly conversationIds: readonly string[];
}

/** The guests of the stored sessions, identified by `guestRefOf` their tokens. */
export abstract class GuestStore {
  /**
   * Makes a guest's name and token unreadable wherever they are stored, and audits it, in one transaction.
   * Idempotent: returns the same when called again. Throws `GuestNotFoundError`, and `GuestSessionLiveError` if a
   * session of the guest has not ended; then nothing has changed. A delivery that is in flight at that moment is
   * still sent as it was.
   */
  abstract erase(guestRef: string, at: number): Promise<Erasure>;
}
