import { CHAIN_START, hashOf } from '../../../src/audit/domain/chain-link';
import { headerOf } from '../../../src/audit/domain/audit-export';
import { bytesToHex } from '@noble/hashes/utils.js';
import { createHash } from './node-crypto';
import { verifyChain } from './verify-chain';

function record(seq: number, prevHash: string): Record<string, unknown> & { hash: string } {
  const content = { chain: 3, seq, prevHash, action: 'SESSION_OPENED', detail: { note: 'Grüße \u{1f511}' } };
  return { ...content, hash: hashOf(content) };
}

const [first] = [record(1, CHAIN_START.hash)];
const second = record(2, first.hash);
const header = headerOf([{ chain: 3, after: CHAIN_START, head: { seq: 2, hash: second.hash } }], 0);

async function* linesOf(...values: readonly unknown[]): AsyncGenerator<string> {
  for (const value of values) yield await Promise.resolve(JSON.stringify(value));
}

describe(verifyChain.name, () => {
  it('counts the records of a whole export', async () => {
    await expect(verifyChain(linesOf(header, first, second))).resolves.toEqual({ records: 2 });
  });

  it('names the record that was changed', async () => {
    const changed = { ...second, detail: { note: 'other' } };

    await expect(verifyChain(linesOf(header, first, changed))).resolves.toMatchObject({
      records: 1,
      finding: { line: 3, record: '3/2' },
    });
  });

  it('names the first record that is missing', async () => {
    await expect(verifyChain(linesOf(header, first))).resolves.toMatchObject({ finding: { record: '3/2' } });
  });
});

describe('the digest of browsers', () => {
  it.each(['', 'abc', 'Grüße \u{1f511}', 'x'.repeat(100)])('is SHA-256 of UTF-8: %j', async (text) => {
    const expected = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));

    expect(createHash('sha256').update(text).digest('hex')).toBe(bytesToHex(new Uint8Array(expected)));
  });
});
