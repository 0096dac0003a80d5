import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

const HASHES = { sha256 };
const ENCODINGS = { hex: bytesToHex };

/** The part of `node:crypto` that the verifier of the audit trail needs, for browsers: their own digest is asynchronous. */
export function createHash(algorithm: 'sha256'): Sha256 {
  return new Sha256(HASHES[algorithm].create());
}

class Sha256 {
  constructor(private readonly hash: ReturnType<typeof sha256.create>) {}

  update(text: string): this {
    this.hash.update(utf8ToBytes(text));
    return this;
  }

  digest(encoding: 'hex'): string {
    return ENCODINGS[encoding](this.hash.digest());
  }
}
