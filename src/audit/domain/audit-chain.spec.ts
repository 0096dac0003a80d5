import { createHash } from 'node:crypto';
import { hashedTextAround, type UnlinkedRecord } from './audit-chain';
import { hashOf } from './chain-link';
import { anAuditRecord } from './audit-record.builder';

describe(hashedTextAround.name, () => {
  it.each<[string, Partial<UnlinkedRecord>]>([
    ['nulls', { conversationId: null, reason: null, requestId: null, before: null, after: null }],
    ['values', { conversationId: 'c', reason: 'r', requestId: 'q', before: 'active', after: 'terminating' }],
    [
      'text that JSON escapes',
      { reason: 'a "b"\n\u2028\u00e9 \ud83d\ude00', detail: { b: '\\', a: 1.5, Z: 'z' } },
    ],
    ['no details', { detail: {} }],
  ])('gives the text that is hashed, around its place in the chain: %s', (_, fields) => {
    const record = anAuditRecord(fields);
    const { at, seq, prevHash, hash, ...content } = record;

    const [beforeAt, beforeHash, beforeSeq, afterSeq] = hashedTextAround(content);
    const text = [beforeAt, at, beforeHash, prevHash, beforeSeq, String(seq), afterSeq].join('');

    expect(createHash('sha256').update(text).digest('hex')).toBe(hash);
    expect(hashOf(record)).toBe(hash);
  });
});
