import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** The part of `node:crypto` that the verifier of the audit trail needs, for browsers: their own digest is asynchronous. */
export function createHash(_algorithm: 'sha256'): Sha256 {
  return new Sha256();
}

class Sha256 {
  private readonly hash = sha256.create();

  update(text: string): this {
    this.hash.update(utf8ToBytes(text));
    return this;
  }

  digest(_encoding: 'hex'): string {
    return bytesToHex(this.hash.digest());
  }
}
