import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';

export type TokenUse = 'history' | 'guest' | 'refresh' | 'resume';

export interface Claims {
  readonly jti: string;
  readonly use: TokenUse;
  readonly sub: string;
  /** Time of the expiry, in epoch seconds. */
  readonly exp: number;
}

const HEADER = Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'JWT' })).toString('base64url');

/** Tokens in the form of JWTs, signed with a key of this simulator, so that it does not need to store them. */
export class SignedTokens {
  private readonly secret = randomBytes(32);

  issue(use: TokenUse, sub: string, exp: number): string {
    const claims: Claims = { jti: randomUUID(), use, sub, exp };
    const signed = `${HEADER}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
    return `${signed}.${this.signature(signed)}`;
  }

  /** Returns undefined for a token that was not issued here, is for another use, or has expired. */
  verify(use: TokenUse, token: string, now: number): Claims | undefined {
    const dot = token.lastIndexOf('.');
    const signed = token.slice(0, Math.max(0, dot));
    const given = Buffer.from(token.slice(dot + 1));
    const right = Buffer.from(this.signature(signed));
    if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
    const payload = Buffer.from(signed.slice(HEADER.length + 1), 'base64url').toString('utf8');
    const claims = JSON.parse(payload) as Claims;
    return claims.use === use && now < claims.exp * 1000 ? claims : undefined;
  }

  private signature(signed: string): string {
    return createHmac('sha256', this.secret).update(signed).digest('base64url');
  }
}
