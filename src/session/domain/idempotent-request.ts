import { createHash } from 'node:crypto';
import { canonicalJson } from '../../common/json/canonical-json';

/** A request that is to be carried out once, however often it is sent. The key itself is nowhere in it. */
export interface IdempotentRequest {
  /** Whose key it is: the same key of another caller is another key. */
  readonly owner: string;
  readonly operation: 'open-session';
  readonly keyHash: string;
  /** The same for requests that ask for the same, with the same key. */
  readonly fingerprint: string;
  /** The process that carries it out. */
  readonly openingBy: string;
}

/**
 * `asked` is what was asked for as it was checked, without defaults: a default that changes makes no other request of
 * it. The fingerprint is taken together with the key, so that nobody can tell guests by it.
 */
export function keyedRequestOf(given: {
  owner: string;
  key: string;
  asked: object;
  openingBy: string;
}): IdempotentRequest {
  const { owner, key, asked, openingBy } = given;
  return {
    owner,
    operation: 'open-session',
    keyHash: hashOf(key),
    fingerprint: hashOf(`${key}\n${canonicalJson(asked)}`),
    openingBy,
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
