import type { IncomingHttpHeaders } from 'node:http';
import { authorityOf } from '../common/http/authority';
import { isLoopbackHost } from '../common/http/loopback';

/** The prefix binds the cookie to this host, over TLS and for every path (RFC 6265bis, 4.1.3.2). */
const SECURE = { name: '__Host-console-session', attributes: 'Path=/; Secure; HttpOnly; SameSite=Strict' };
const PLAIN = { name: 'console-session', attributes: 'Path=/; HttpOnly; SameSite=Strict' };

type Kind = typeof SECURE;

/**
 * The cookie that carries the token of a session. It has the attribute `Secure` unless clients reach the service over
 * plain HTTP: by a `PUBLIC_URL` that says so, or without one by a loopback host.
 */
export class SessionCookie {
  private constructor(private readonly kind: Kind) {}

  static for({ host = '' }: IncomingHttpHeaders, publicUrl: string): SessionCookie {
    const isPlain = publicUrl === '' ? isLoopback(host) : publicUrl.startsWith('http:');
    return new SessionCookie(isPlain ? PLAIN : SECURE);
  }

  /**
   * The token that a request carries; undefined without one. Empty if the cookie is there more than once: another host
   * or path may have set one of them, and their order proves nothing (RFC 6265, 5.4).
   */
  read({ cookie = '' }: IncomingHttpHeaders): string | undefined {
    const prefix = `${this.kind.name}=`;
    const found = cookie
      .split(';')
      .map((pair) => pair.trim())
      .filter((pair) => pair.startsWith(prefix));
    return found.length > 1 ? '' : found[0]?.slice(prefix.length);
  }

  /** The value of `Set-Cookie`. The cookie lasts until the browser is closed; the service ends the session earlier. */
  set(token: string): string {
    return `${this.kind.name}=${token}; ${this.kind.attributes}`;
  }

  /** The value of `Set-Cookie` that removes the cookie. */
  clear(): string {
    return `${this.kind.name}=; Max-Age=0; ${this.kind.attributes}`;
  }
}

function isLoopback(host: string): boolean {
  const authority = authorityOf(host);
  return authority !== undefined && isLoopbackHost(authority.host);
}
