/** The credentials of a guest that has logged in. They never appear in a response, event, record or log. */
export interface Credentials {
  readonly jwt: string;
  /** Renews `jwt` after its expiry, if the upstream issues one. */
  readonly refreshToken?: string;
}

/**
 * The credentials of guests that have logged in, encrypted and durable across `kill -9`. They are stored as long as
 * requests upstream need them: the save that ends a session for good deletes them, and keeps the fact that they
 * existed.
 *
 * Every method may throw `StorageUnavailableError`.
 */
export abstract class GuestCredentials {
  /**
   * Replaces earlier credentials; undefined makes the guest anonymous again. Has no effect on an ended or unknown
   * session.
   */
  abstract keep(conversationId: string, credentials: Credentials | undefined): Promise<void>;

  abstract find(conversationId: string): Promise<Credentials | undefined>;
}
