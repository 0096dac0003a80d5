import { GuestUser } from './guest-session';
import { asFields, textOf } from './guest-request';
import { SignedTokens } from './signed-tokens';
import { WebMessagingSettings } from './web-messaging-options';

export interface GuestTokens {
  readonly jwt: string;
  readonly refreshToken: string;
}

const MAX_REMEMBERED = 10_000;
const REFRESH_SECONDS = 30 * 86_400;

/**
 * The organisation's login for guests. Every authorization code is valid once: `jane.doe:anything` is Jane Doe; a
 * code that starts with `refused` is refused. The claims of an ID token are accepted unverified.
 */
export class GuestIdentities {
  private readonly usedCodes = new Set<string>();
  private readonly users = new Map<string, GuestUser>();
  private readonly revoked = new Set<string>();

  constructor(
    private readonly tokens: SignedTokens,
    private readonly settings: WebMessagingSettings,
  ) {}

  exchangeCode(code: string): GuestTokens | undefined {
    if (code.startsWith('refused') || this.usedCodes.has(code)) return undefined;
    remember(this.usedCodes, code);
    const name = code.split(':')[0] ?? code;
    const [first = '', last = ''] = name.split('.');
    return this.tokensFor({ id: name, firstName: capital(first), lastName: capital(last) });
  }

  exchangeIdToken(idToken: string): GuestTokens | undefined {
    const claims = claimsIn(idToken);
    const id = textOf(claims['sub']);
    if (id === undefined) return undefined;
    const firstName = textOf(claims['given_name']) ?? id;
    return this.tokensFor({ id, firstName, lastName: textOf(claims['family_name']) ?? '' });
  }

  refresh(refreshToken: string): string | undefined {
    const id = this.tokens.verify('refresh', refreshToken, this.settings.now())?.sub;
    return id === undefined || this.revoked.has(id) ? undefined : this.guestToken(id);
  }

  findUser(jwt: string): GuestUser | undefined {
    const id = this.tokens.verify('guest', jwt, this.settings.now())?.sub;
    return id === undefined || this.revoked.has(id) ? undefined : this.users.get(id);
  }

  /** Revokes all tokens of this user; a new exchange makes new ones. */
  revoke(user: GuestUser): void {
    remember(this.revoked, user.id);
  }

  clear(): void {
    this.usedCodes.clear();
    this.users.clear();
    this.revoked.clear();
  }

  private tokensFor(user: GuestUser): GuestTokens {
    this.users.set(user.id, user);
    this.revoked.delete(user.id);
    const [oldest] = this.users.keys();
    if (this.users.size > MAX_REMEMBERED && oldest !== undefined) this.users.delete(oldest);
    const exp = Math.floor(this.settings.now() / 1000) + REFRESH_SECONDS;
    return { jwt: this.guestToken(user.id), refreshToken: this.tokens.issue('refresh', user.id, exp) };
  }

  private guestToken(id: string): string {
    const exp = Math.floor(this.settings.now() / 1000) + this.settings.guestTokenSeconds;
    return this.tokens.issue('guest', id, exp);
  }
}

function remember(set: Set<string>, item: string): void {
  set.add(item);
  const [oldest] = set;
  if (set.size > MAX_REMEMBERED && oldest !== undefined) set.delete(oldest);
}

function claimsIn(jwt: string): Readonly<Record<string, unknown>> {
  try {
    return asFields(JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8')));
  } catch {
    // An unreadable token identifies no user.
    return {};
  }
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
