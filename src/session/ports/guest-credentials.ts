/** What a guest who has logged in proves it with. Both are credentials: they reach no answer, event, record or log. */
export interface Credentials {
  readonly jwt: string;
  /** Gets another `jwt` when that has run out, where the upstream gives one. */
  readonly refreshToken?: string;
}

/**
 * The credentials of guests who have logged in, encrypted and durable across `kill -9`. They are kept for as long as
 * there is something to do upstream: the save that ends a session for good forgets them, and keeps that they were there.
 *
 * Every method may throw `StorageUnavailableError`.
 */
export abstract class GuestCredentials {
  /** In place of those before; undefined makes the guest an unknown one again. Changes nothing for a session that is over or unknown. */
  abstract keep(conversationId: string, credentials: Credentials | undefined): Promise<void>;

  abstract find(conversationId: string): Promise<Credentials | undefined>;
}
