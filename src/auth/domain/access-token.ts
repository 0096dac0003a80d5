/** Asked for this long before it runs out, so that no request travels with a token that dies on the way. */
const MARGIN_MS = 5_000;
const DEFAULT_LIFETIME_S = 300;
const MIN_LIFETIME_S = 10;
const MAX_LIFETIME_S = 86_400;

/** An access token of one OAuth client. A credential: it goes into requests and nowhere else. */
export class AccessToken {
  private constructor(
    readonly value: string,
    private readonly usableUntil: number,
  ) {}

  /**
   * `expiresIn` is what upstream said, of whatever type. Missing or senseless values count as 300 s, tiny ones as
   * 10 s (a refusal tells soon enough that a token died early; a request per call would be a storm), huge ones as a
   * day. `requestedAt` is when the token was asked for, in epoch milliseconds: its life counts from then.
   */
  static issued(value: string, expiresIn: unknown, requestedAt: number): AccessToken {
    return new AccessToken(value, requestedAt + clampLifetime(expiresIn) * 1000 - MARGIN_MS);
  }

  isUsable(now: number): boolean {
    return now < this.usableUntil;
  }
}

function clampLifetime(expiresIn: unknown): number {
  if (typeof expiresIn !== 'number' || !Number.isFinite(expiresIn) || expiresIn <= 0)
    return DEFAULT_LIFETIME_S;
  return Math.min(MAX_LIFETIME_S, Math.max(MIN_LIFETIME_S, expiresIn));
}
