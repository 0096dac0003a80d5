import { UpstreamForbiddenError, UpstreamUnauthorizedError } from '../../../common/errors/upstream.errors';
import { GuestNotAuthenticatedError } from '../../../session/domain/authentication.errors';
import type { Credentials, GuestCredentials } from '../../../session/ports/guest-credentials';
import type { GuestLogin } from './guest-login';

const MAX_RENEWALS = 3;

/**
 * Who the guest of one conversation is to Genesys Cloud: nobody in particular, or whoever it has logged in as. What it
 * proves that with is durable before it is used, so that the next process goes on as the same guest.
 *
 *   offer ──▶ offered ── accepted ──▶ kept
 *                └────── withdraw ──▶ as it was before
 */
export class GuestIdentity {
  private current: Credentials | undefined;
  private loading: Promise<void> | undefined;
  /** What to go back to; undefined when nothing is on offer. */
  private before: { readonly credentials: Credentials | undefined } | undefined;

  constructor(
    private readonly conversationId: string,
    private readonly store: GuestCredentials,
    private readonly login: GuestLogin,
  ) {}

  /** Whether the guest has logged in, as far as was looked. */
  get isKnown(): boolean {
    return this.current !== undefined;
  }

  /** The token to configure a session with; undefined for a guest that has not logged in. */
  async token(): Promise<string | undefined> {
    await this.load();
    return this.current?.jwt;
  }

  /** Another login takes the place of the one before, until the server has said what it makes of it. */
  async offer(credentials: Credentials): Promise<void> {
    await this.load();
    const before = this.before ?? { credentials: this.current };
    await this.keep(credentials);
    this.before = before;
  }

  /** The server has accepted the token. */
  accepted(): void {
    this.before = undefined;
  }

  /** Goes back to what was before the offer. Returns whether there was one. */
  async withdraw(): Promise<boolean> {
    if (this.before === undefined) return false;
    await this.keep(this.before.credentials);
    this.before = undefined;
    return true;
  }

  /**
   * After a configure that failed: resolves when there is a new token to try. Rejects with
   * `GuestNotAuthenticatedError` when only the guest can help, and with the error itself when it is of another kind.
   */
  async renew(error: unknown, renewals: number, signal: AbortSignal): Promise<void> {
    const hasRunOut = error instanceof UpstreamUnauthorizedError;
    if (!hasRunOut && !(error instanceof UpstreamForbiddenError)) throw error;
    const refreshToken = this.current?.refreshToken;
    if (!hasRunOut || renewals >= MAX_RENEWALS || refreshToken === undefined)
      throw new GuestNotAuthenticatedError({ cause: error });
    await this.keep({ jwt: await this.login.refresh(refreshToken, signal), refreshToken });
  }

  private async keep(credentials: Credentials | undefined): Promise<void> {
    await this.store.keep(this.conversationId, credentials);
    this.current = credentials;
  }

  private async load(): Promise<void> {
    this.loading ??= this.read();
    await this.loading;
  }

  private async read(): Promise<void> {
    try {
      this.current = await this.store.find(this.conversationId);
    } catch (error) {
      // The next attempt looks again.
      this.loading = undefined;
      throw error;
    }
  }
}
