import { AccessConfig } from '../config/access.config';
import type { ApiKeyEntry } from '../config/api-key-list';
import { type AccessMode, Environment } from '../config/environment';
import { WebhookOwners } from './webhook-owners';

const OWN = { owner: 'billing', sessions: 'own' } as const;
const ALL = { owner: 'billing', sessions: 'all' } as const;

function ownersWith(mode: AccessMode, ...scopes: readonly ApiKeyEntry['scopes'][]): WebhookOwners {
  const keys = scopes.map((some, index): ApiKeyEntry => {
    const sha256 = String(index + 1).repeat(64);
    return { name: 'billing', sha256, scopes: some, expires: '2030-01-01T00:00:00Z' };
  });
  return new WebhookOwners(
    new AccessConfig(Object.assign(new Environment(), { ACCESS_MODE: mode, API_KEYS: keys })),
  );
}

describe(WebhookOwners.name, () => {
  it('knows the callers of keys, also those of several keys together', () => {
    const owners = ownersWith('keys', ['webhooks.manage'], ['messages.read']);

    expect([owners.isKnown('billing'), owners.isKnown('support')]).toEqual([true, false]);
    expect(owners.mayHear(OWN, 'message.sent')).toBe(true);
    expect(owners.mayHear(ALL, 'session.connected')).toBe(false);
  });

  it('tells nothing to a caller without the scopes that its webhook needs', () => {
    expect(ownersWith('keys', ['webhooks.manage']).mayHear(OWN, 'session.connected')).toBe(true);
    expect(ownersWith('keys', ['webhooks.manage']).mayHear(OWN, 'message.received')).toBe(false);
    expect(ownersWith('keys', ['messages.read']).mayHear(OWN, 'message.received')).toBe(false);
    expect(ownersWith('keys', ['webhooks.manage', 'sessions.any']).mayHear(ALL, 'session.failed')).toBe(true);
  });

  it.each(['jwt', 'open'] as const)('cannot tell with %s, and leaves webhooks as they are', (mode) => {
    const owners = ownersWith(mode);

    expect(owners.isKnown('anyone')).toBe(true);
    expect(owners.mayHear(ALL, 'message.sent')).toBe(true);
  });
});
