const SCHEME_AND_AUTHORITY = /^https?:\/\/[^/?#]+/i;

/**
 * The path and query of a request target. A server has to accept the absolute form too (RFC 9112, 3.2.2); its scheme
 * and authority are irrelevant here. Other forms stay as they are, and no route matches them.
 */
export function originFormOf(target: string): string {
  const authority = SCHEME_AND_AUTHORITY.exec(target)?.[0];
  if (authority === undefined) return target;
  const rest = target.slice(authority.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}
