import { UpstreamForbiddenError, UpstreamUnauthorizedError } from '../../../common/errors/upstream.errors';
import { GuestNotAuthenticatedError } from '../../../session/domain/authentication.errors';
import type { Credentials, GuestCredentials } from '../../../session/ports/guest-credentials';
import type { GuestLogin } from './guest-login';

const MAX_RENEWALS = 3;

/**
 * The identity of the guest of one conversation towards Genesys Cloud: anonymous, or authenticated by a login. Credentials
 * are persisted before they are used, so that the next process resumes with the same identity.
 *
 *   offer ──▶ offered ── accepted ──▶ kept
 *                └────── withdraw ──▶ as it was before
 */
export class GuestIdentity {
  private current: Credentials | undefined;
  private loading: Promise<void> | undefined;
  /** The identity before the offer; undefined when there is no offer. */
  private before: { readonly credentials: Credentials | undefined } | undefined;

  constructor(
    private readonly conversationId: string,
    private readonly store: GuestCredentials,
    private readonly login: GuestLogin,
  ) {}

  /** Whether the guest has logged in; false until its credentials have been read. */
  get isKnown(): boolean {
    return this.current !== undefined;
  }

  /** The token to configure a session with; undefined for a guest that has not logged in. */
  async token(): Promise<string | undefined> {
    await this.load();
    return this.current?.jwt;
  }

  /** Replaces the credentials by those of another login, until the server accepts or refuses them. */
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

  /** Restores the identity before the offer. Returns whether there was an offer. */
  async withdraw(): Promise<boolean> {
    if (this.before === undefined) return false;
    await this.keep(this.before.credentials);
    this.before = undefined;
    return true;
  }

  /**
   * Renews the token after a failed configure, for another attempt. Rejects with `GuestNotAuthenticatedError` when the guest
   * has to log in again, and with `error` itself when it does not concern the token.
   */
  async renew(error: unknown, renewals: number, signal: AbortSignal): Promise<void> {
    const isExpired = error instanceof UpstreamUnauthorizedError;
    if (!isExpired && !(error instanceof UpstreamForbiddenError)) throw error;
    const refreshToken = this.current?.refreshToken;
    if (!isExpired || renewals >= MAX_RENEWALS || refreshToken === undefined)
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
      // The next attempt reads again.
      this.loading = undefined;
      throw error;
    }
  }
}
