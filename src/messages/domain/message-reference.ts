import { createHash } from 'node:crypto';
import { v5 as uuidOfName } from 'uuid';
import { canonicalJson } from '../../common/json/canonical-json';

/** UUID namespace of this service's references; an arbitrary constant. */
const NAMESPACE = '0f5d2f3e-7d61-4f0c-9a3b-3a1f4a0c6b52';

/**
 * The reference under which a message with an idempotency key is sent: the same for the same key of the same caller
 * in the same conversation. It does not reveal the key.
 */
export function referenceOf(given: { owner: string; conversationId: string; key: string }): string {
  return uuidOfName(hashOf(canonicalJson(given)), NAMESPACE);
}

/** The same for equal requests with the same reference. It does not reveal the request. */
export function fingerprintOf(reference: string, asked: object): string {
  return hashOf(`${reference}\n${canonicalJson(asked)}`);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
