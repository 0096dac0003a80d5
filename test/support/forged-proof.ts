import { SCOPES } from '../../src/common/access/scope';
import { PROOF_HEADER } from '../../src/session/forwarding/received-hops';

/**
 * Makes a header with a well-formed proof of a caller with every scope, sealed with no data key; padded to `bytes`.
 */
export function forgedProof(bytes = 0): Readonly<Record<string, string>> {
  const caller = { name: 'supervisor', owner: 'supervisor', scopes: SCOPES };
  const statement = { caller, hops: 1, to: 'any', until: Date.now() + 20_000, nonce: 'a' };
  const payload = Buffer.from(JSON.stringify(statement)).toString('base64url').padEnd(bytes, 'A');
  return { [PROOF_HEADER]: `${payload}.${'A'.repeat(43)}` };
}
