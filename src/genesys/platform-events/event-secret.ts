import { createHash, timingSafeEqual } from 'node:crypto';

const BEARER = /^Bearer +(\S+)$/i;

/**
 * Whether a request has one of the secrets: in `Authorization`, as it is or as a bearer token, or in `X-Api-Key`. An API
 * destination of EventBridge sends a header of its choice, and a data action any headers. The comparison takes constant
 * time.
 */
export function hasEventSecret(
  {
    authorization,
    apiKey,
  }: { readonly authorization?: string | undefined; readonly apiKey?: string | undefined },
  secrets: readonly string[],
): boolean {
  const bearer = authorization === undefined ? undefined : BEARER.exec(authorization)?.[1];
  const given = [bearer ?? authorization, apiKey].flatMap((text) =>
    text === undefined ? [] : digestOf(text),
  );
  const matches = secrets.flatMap((secret) =>
    given.map((digest) => timingSafeEqual(digest, digestOf(secret))),
  );
  return matches.includes(true);
}

/** Digests have the same length, whatever the length of a secret. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
