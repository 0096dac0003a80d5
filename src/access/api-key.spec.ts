import { isApiKeyList } from '../config/api-key-list';
import { hashOfKey, nameInKey, newApiKey } from './api-key';

const FACTS = { name: 'billing', scopes: ['sessions.read'] } as const;

describe(newApiKey.name, () => {
  it('makes a key that names its caller, and an entry that the configuration accepts', () => {
    const facts = { ...FACTS, expires: '2027-01-01T00:00:00Z', requestsPerMinute: 600 };
    const { key, entry } = newApiKey(facts);

    expect(key).toMatch(/^ggs_billing_[\w-]{43}$/);
    expect(nameInKey(key)).toBe('billing');
    expect(entry).toEqual({ ...facts, sha256: hashOfKey(key) });
    expect(isApiKeyList([entry])).toBe(true);
  });

  it('makes a different key every time, and keeps none of it in the entry', () => {
    const made = Array.from({ length: 100 }, () => newApiKey(FACTS));

    expect(new Set(made.map(({ key }) => key)).size).toBe(100);
    for (const { key, entry } of made) expect(JSON.stringify(entry)).not.toContain(key.slice(-43));
  });
});

describe(nameInKey.name, () => {
  const random = 'A'.repeat(43);

  it.each(['billing', 'a', '7', 'a-b-c', 'x'.repeat(40)])('is %p', (name) => {
    expect(nameInKey(`ggs_${name}_${random}`)).toBe(name);
  });

  it.each([
    `ggs__${random}`,
    `ggs_Billing_${random}`,
    `ggs_bil_ling_${random}`,
    `ggs_${'x'.repeat(41)}_${random}`,
    `ggs_billing_${random}A`,
    `ggs_billing_${random.slice(1)}`,
    `ggs_billing_${random}\n`,
    `GGS_billing_${random}`,
    `ggs-billing-${random}`,
    `ggs_billing_${'\u00e9'.repeat(43)}`,
    '',
  ])('is nothing in %p', (key) => {
    expect(nameInKey(key)).toBeUndefined();
  });
});
