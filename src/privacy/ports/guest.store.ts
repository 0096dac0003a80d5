/** What became of a guest. */
export interface Erasure {
  readonly guestRef: string;
  /** Epoch milliseconds; the first time, if it was asked for again. */
  readonly erasedAt: number;
  /** The guest's sessions, in order of their ids. */
  readonly conversationIds: readonly string[];
}

/** The guests that are kept with their sessions, known by `guestRefOf` their tokens. */
export abstract class GuestStore {
  /**
   * Makes a guest's name and token unreadable wherever they are stored, and writes the audit record of it, in one
   * transaction. Doing it again changes nothing and returns the same. Throws `GuestNotFoundError`, and
   * `GuestSessionLiveError` when a session of the guest is not over; then nothing has changed. What a relay has in hand
   * at that moment is still delivered as it was.
   */
  abstract erase(guestRef: string, at: number): Promise<Erasure>;
}
