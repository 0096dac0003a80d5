import { keyedRequestOf } from './idempotent-request';

const ASKED = { queueId: 'support', name: 'Ada', capabilities: ['a', 'b'] };

function fingerprintOf(asked: object, key = 'key-1'): string {
  return keyedRequestOf({ owner: 'billing', key, asked, openingBy: 'process-1' }).fingerprint;
}

describe(keyedRequestOf.name, () => {
  it('treats equal requests as the same, in any order of fields', () => {
    const { queueId, name, capabilities } = ASKED;

    expect(fingerprintOf({ capabilities, name, queueId })).toBe(fingerprintOf(ASKED));
    expect(fingerprintOf({ ...ASKED, locale: undefined })).toBe(fingerprintOf(ASKED));
  });

  it.each([
    ['another value', { ...ASKED, name: 'Bob' }],
    ['a field more', { ...ASKED, locale: 'en-US' }],
    ['a field less', { queueId: 'support', capabilities: ['a', 'b'] }],
    ['another order of a list', { ...ASKED, capabilities: ['b', 'a'] }],
    ['another type', { ...ASKED, name: ['Ada'] }],
  ])('takes %s for another request', (_, asked) => {
    expect(fingerprintOf(asked)).not.toBe(fingerprintOf(ASKED));
  });

  it('reveals neither the key nor, by equal fingerprints, equal requests of different callers', () => {
    const request = keyedRequestOf({ owner: 'billing', key: 'key-1', asked: ASKED, openingBy: 'process-1' });

    expect(JSON.stringify(request)).not.toMatch(/key-1|support|Ada/);
    expect(fingerprintOf(ASKED, 'key-2')).not.toBe(fingerprintOf(ASKED, 'key-1'));
  });
});
