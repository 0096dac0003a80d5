import type { Identity } from './fuzz-callers';

/** A request as it is sent, with its sender. */
export interface GeneratedRequest {
  readonly method: string;
  /** Path and query as sent on the wire. */
  readonly target: string;
  /** Headers with names in lower case; each character of a value is one byte. The credential is not among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
  readonly identity: Identity;
}

/** Returns the path without the query. HTTP ignores spaces after it. */
export function pathOf({ target }: GeneratedRequest): string {
  return target.split('?', 1)[0]?.replace(/ +$/, '') ?? '';
}

/** Formats a request for the message of a failed test. */
export function shown({ method, target, headers, body, identity }: GeneratedRequest): string {
  const text = body === undefined ? '' : `, body ${JSON.stringify(Buffer.from(body).toString('latin1'))}`;
  const sender =
    identity.scopes === undefined
      ? 'an unauthenticated client'
      : `a caller with ${identity.scopes.join(' ')}`;
  return shortened(
    `${method} ${JSON.stringify(target)} ${JSON.stringify(headers)}${text}, sent by ${sender}`,
  );
}

export function shortened(text: string, length = 2_000): string {
  return text.length <= length ? text : `${text.slice(0, length)}… (${text.length} characters)`;
}
