import { createHash } from 'node:crypto';
import { v5 as uuidOfName } from 'uuid';
import { canonicalJson } from '../../common/json/canonical-json';

/** Of this service's references; any constant would do. */
const NAMESPACE = '0f5d2f3e-7d61-4f0c-9a3b-3a1f4a0c6b52';

/**
 * What a message with an idempotency key is sent under: the same for the same key of the same caller in the same
 * conversation, and nothing that leads back to the key.
 */
export function referenceOf(given: { owner: string; conversationId: string; key: string }): string {
  return uuidOfName(hashOf(canonicalJson(given)), NAMESPACE);
}

/** The same for requests that ask for the same with the same reference. It tells nothing of what is asked for. */
export function fingerprintOf(reference: string, asked: object): string {
  return hashOf(`${reference}\n${canonicalJson(asked)}`);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
