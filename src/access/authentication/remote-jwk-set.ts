import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { Clock } from '../../common/time/clock';
import { Metrics } from '../../metrics/metrics';
import { AccessTelemetry } from '../access.telemetry';
import { AuthUnavailableError } from '../domain/access.errors';
import { JwksSource } from '../ports/jwks-source';

/** The header and the token. */
type Token = Parameters<JWTVerifyGetKey>;
type Key = Awaited<ReturnType<JWTVerifyGetKey>>;

const FRESH_MS = 5 * 60_000;
const USABLE_MS = 24 * 3_600_000;
/**
 * Minimum pause between two fetches: an unknown key id may be a new key, but invented ids must not cause a fetch
 * each.
 */
const PAUSE_MS = 30_000;
/** Minimum pause after a failed fetch. */
const PAUSE_AFTER_FAILURE_MS = 5_000;

/**
 * The keys with which the issuer signs tokens. They are fetched on first use, again after five minutes, and earlier
 * for an unknown key id, but at most every 30 seconds; concurrent lookups share one request. During an outage of the
 * issuer the last known keys stay in force for 24 hours, which `createRemoteJWKSet` of jose cannot do.
 */
export class RemoteJwkSet {
  private known: { readonly find: JWTVerifyGetKey; readonly fetchedAt: number } | undefined;
  private asked: { readonly at: number; readonly failed: boolean } | undefined;
  private pending: Promise<void> | undefined;

  constructor(
    private readonly source: JwksSource,
    private readonly clock: Clock,
    private readonly telemetry: AccessTelemetry,
    metrics: Metrics,
  ) {
    metrics.gauge('jwks_age_seconds', 'Time since the keys of the token issuer were fetched', () =>
      this.known === undefined ? Number.NaN : Math.round(this.ageMs / 1000),
    );
  }

  /**
   * The key for a token. Throws jose's error if there is none, and `AuthUnavailableError` if the keys cannot be
   * fetched.
   */
  readonly find = async (...token: Token): Promise<Key> => {
    if (this.ageMs >= FRESH_MS) await this.renew();
    try {
      return await this.lookUp(token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      return this.lookUpAnew(token, error);
    }
  };

  /** The issuer may have introduced a key since the last fetch. */
  private async lookUpAnew(token: Token, miss: errors.JWKSNoMatchingKey): Promise<Key> {
    if (!this.mayAsk) throw this.asked?.failed === true ? new AuthUnavailableError() : miss;
    await this.ask();
    if (this.asked?.failed === true) throw new AuthUnavailableError();
    return this.lookUp(token);
  }

  private async lookUp(token: Token): Promise<Key> {
    if (this.known === undefined || !this.areUsable) throw new AuthUnavailableError();
    return this.known.find(...token);
  }

  private async renew(): Promise<void> {
    if (this.pending === undefined && !this.mayAsk) return;
    const asking = this.ask();
    // During an outage, a token that the last known keys can verify does not wait for another attempt.
    if (this.areUsable && this.asked?.failed === true) return;
    await asking;
  }

  /** Never rejects. */
  private ask(): Promise<void> {
    this.pending ??= this.fetch().finally(() => {
      this.pending = undefined;
    });
    return this.pending;
  }

  private async fetch(): Promise<void> {
    const at = this.clock.now();
    try {
      const find = createLocalJWKSet((await this.source.fetch()) as JSONWebKeySet);
      this.known = { find, fetchedAt: at };
      this.asked = { at, failed: false };
      this.telemetry.signingKeysFetched();
    } catch (error) {
      this.asked = { at, failed: true };
      this.telemetry.signingKeysFailed(error, this.areUsable);
    }
  }

  private get ageMs(): number {
    return this.known === undefined ? Infinity : this.passedSince(this.known.fetchedAt, FRESH_MS);
  }

  private get areUsable(): boolean {
    return this.ageMs < USABLE_MS;
  }

  private get mayAsk(): boolean {
    if (this.asked === undefined) return true;
    const pauseMs = this.asked.failed ? PAUSE_AFTER_FAILURE_MS : PAUSE_MS;
    return this.passedSince(this.asked.at, pauseMs) >= pauseMs;
  }

  /** The time since `at`; after the clock was set back, enough for a new fetch. */
  private passedSince(at: number, whenSetBackMs: number): number {
    const passedMs = this.clock.now() - at;
    return passedMs < 0 ? whenSetBackMs : passedMs;
  }
}
