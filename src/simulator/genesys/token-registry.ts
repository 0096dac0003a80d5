import { randomBytes } from 'node:crypto';
import { RateWindow } from './rate-window';

export interface AccessToken {
  readonly clientId: string;
  readonly expiresAt: number;
  readonly window: RateWindow;
}

const MAX_TOKENS = 50_000;

/** The live tokens, at most 50,000; beyond that the oldest are revoked early. */
export class TokenRegistry {
  private readonly tokens = new Map<string, AccessToken>();

  issue(clientId: string, expiresAt: number, window: RateWindow): string {
    const token = randomBytes(48).toString('base64url');
    this.tokens.set(token, { clientId, expiresAt, window });
    const [oldest] = this.tokens.keys();
    if (this.tokens.size > MAX_TOKENS && oldest !== undefined) this.tokens.delete(oldest);
    return token;
  }

  findLive(token: string, now: number): AccessToken | undefined {
    const found = this.tokens.get(token);
    if (found === undefined || now < found.expiresAt) return found;
    this.tokens.delete(token);
    return undefined;
  }

  countLive(now: number): number {
    return [...this.tokens.values()].filter((token) => now < token.expiresAt).length;
  }

  /** Revokes the tokens of one client, or of all. */
  revoke(clientId?: string): void {
    for (const [token, { clientId: owner }] of this.tokens) {
      if (clientId === undefined || owner === clientId) this.tokens.delete(token);
    }
  }
}
