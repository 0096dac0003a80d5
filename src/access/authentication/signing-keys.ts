import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { Clock } from '../../common/time/clock';
import { Metrics } from '../../metrics/metrics';
import { AccessTelemetry } from '../access.telemetry';
import { AuthUnavailableError } from '../domain/access.errors';
import { KeySource } from '../ports/key-source';

/** The header of a token, and the token. */
type Token = Parameters<JWTVerifyGetKey>;
type Key = Awaited<ReturnType<JWTVerifyGetKey>>;

const FRESH_MS = 5 * 60_000;
const USABLE_MS = 24 * 3_600_000;
/** Between two questions: an unknown key may be a new one, but whoever makes them up must not make us ask for each. */
const PAUSE_MS = 30_000;
/** Between two questions when the last one failed. */
const PAUSE_AFTER_FAILURE_MS = 5_000;

/**
 * The keys that the issuer signs tokens with. They are fetched when they are first needed, again after five minutes,
 * and earlier for a key that is not among them, but never more often than every 30 seconds; when many ask at once, one
 * request is in flight. While they cannot be fetched, the last known ones stay in force for 24 hours.
 */
export class SigningKeys {
  private known: { readonly find: JWTVerifyGetKey; readonly fetchedAt: number } | undefined;
  private asked: { readonly at: number; readonly failed: boolean } | undefined;
  private pending: Promise<void> | undefined;

  constructor(
    private readonly source: KeySource,
    private readonly clock: Clock,
    private readonly telemetry: AccessTelemetry,
    metrics: Metrics,
  ) {
    metrics.gauge('jwks_age_seconds', 'Time since the keys of the token issuer were fetched', () =>
      this.known === undefined ? Number.NaN : Math.round(this.ageMs / 1000),
    );
  }

  /**
   * The key for a token. Throws what jose throws when there is none, and `AuthUnavailableError` when nobody can tell
   * whether there is one.
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

  /** The issuer may have begun to use a key after the last look at its set. */
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
    // In an outage nobody who can be served with the last known keys waits for another try.
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

  /** After the clock was set back, as much as makes the keys be fetched again. */
  private passedSince(at: number, whenSetBackMs: number): number {
    const passedMs = this.clock.now() - at;
    return passedMs < 0 ? whenSetBackMs : passedMs;
  }
}
