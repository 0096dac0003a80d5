/** Tokens are renewed this long before they expire, so that no request carries a token that expires on the way. */
const MARGIN_MS = 5_000;
const DEFAULT_LIFETIME_S = 300;
const MIN_LIFETIME_S = 10;
const MAX_LIFETIME_S = 86_400;

/** An access token of one OAuth client. It is a credential: use it in requests only. */
export class AccessToken {
  private constructor(
    readonly value: string,
    private readonly usableUntil: number,
  ) {}

  /**
   * `expiresIn` is the upstream's value, of any type. Missing or invalid values count as 300 s, tiny ones as 10 s (a
   * 401 soon shows that a token expired early, while a token request per call would be a storm), huge ones as a day.
   * `requestedAt` is the time of the token request, in epoch milliseconds, from which its life counts.
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
