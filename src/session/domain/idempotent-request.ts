import { hash } from 'node:crypto';
import { canonicalJson } from '../../common/json/canonical-json';

/** A request that is executed once, however often it is sent. It does not contain the key itself. */
export interface IdempotentRequest {
  /** Owner of the key: the same key of another caller is a different key. */
  readonly owner: string;
  readonly operation: 'open-session';
  readonly keyHash: string;
  /** The same for equal requests with the same key. */
  readonly fingerprint: string;
  /** The process that executes it. */
  readonly openingBy: string;
}

/**
 * `asked` is the validated request without defaults, so that a changed default does not make it a different request.
 * The fingerprint includes the key, so that it does not identify guests.
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
  return hash('sha256', text, 'base64url');
}
