import { RecordingLog } from '../../audit/recording-log.fake';
import { SystemClock } from '../../common/time/system-clock';
import { AccessConfig } from '../../config/access.config';
import type { ApiKeyEntry } from '../../config/api-key-list';
import { Environment } from '../../config/environment';
import { newApiKey } from '../api-key';
import { type Refusal, UnauthenticatedError } from '../domain/access.errors';
import { ApiKeyAuthenticator } from './api-key-authenticator';

const NOW = Date.parse('2027-01-15T08:00:00.000Z');

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  RecordingLog.install();
});
afterEach(() => {
  jest.useRealTimers();
});

function authenticatorWith(...entries: readonly ApiKeyEntry[]): ApiKeyAuthenticator {
  const environment = Object.assign(new Environment(), { API_KEYS: [...entries] });
  return new ApiKeyAuthenticator(new AccessConfig(environment), new SystemClock());
}

function refusalOf(authenticator: ApiKeyAuthenticator, key: string): Refusal | undefined {
  try {
    authenticator.authenticate(`Bearer ${key}`);
    return undefined;
  } catch (error) {
    if (error instanceof UnauthenticatedError) return error.hiddenReason;
    throw error;
  }
}

describe(ApiKeyAuthenticator.name, () => {
  it('identifies the caller of a key and its scopes', () => {
    const { key, entry } = newApiKey({ name: 'billing', scopes: ['sessions.read', 'sessions.end'] });

    const caller = authenticatorWith(entry).authenticate(`Bearer ${key}`);

    expect([caller.name, caller.owner, [...caller.scopes]]).toEqual(['billing', 'billing', entry.scopes]);
    expect([caller.may('sessions.end'), caller.may('sessions.any')]).toEqual([true, false]);
  });

  it('gives the caller the limits of its entry, if it has any', () => {
    const usual = newApiKey({ name: 'billing', scopes: ['sessions.read'] });
    const limits = { requestsPerMinute: 600, maxSessions: 20, eventStreams: 50 };
    const own = newApiKey({ name: 'batch', scopes: ['sessions.read'], ...limits });
    const authenticator = authenticatorWith(usual.entry, own.entry);

    expect(authenticator.authenticate(`Bearer ${own.key}`).limits).toEqual(limits);
    expect(authenticator.authenticate(`Bearer ${usual.key}`).limits).toEqual({});
  });

  it('accepts all keys of a caller during a rotation, each with its own scopes', () => {
    const old = newApiKey({ name: 'billing', scopes: ['sessions.read'] });
    const next = newApiKey({ name: 'billing', scopes: ['sessions.write'] });
    const authenticator = authenticatorWith(old.entry, next.entry);

    expect(authenticator.authenticate(`Bearer ${old.key}`).may('sessions.read')).toBe(true);
    expect(authenticator.authenticate(`Bearer ${next.key}`).may('sessions.read')).toBe(false);
    expect(refusalOf(authenticatorWith(next.entry), old.key)).toBe('unknown-key');
  });

  it('accepts a key until the moment of its expiry', () => {
    const { key, entry } = newApiKey({
      name: 'billing',
      scopes: ['sessions.read'],
      expires: '2027-01-15T10:00:00.000+02:00',
    });
    jest.setSystemTime(NOW - 1);
    const authenticator = authenticatorWith(entry);

    expect(refusalOf(authenticator, key)).toBeUndefined();
    jest.advanceTimersByTime(1);
    expect(refusalOf(authenticator, key)).toBe('expired');
  });

  it('matches no key against the entry of another name', () => {
    const { key, entry } = newApiKey({ name: 'billing', scopes: ['sessions.read'] });

    expect(refusalOf(authenticatorWith({ ...entry, name: 'support' }), key)).toBe('unknown-key');
  });

  it.each(['', 'abc', 'ggs_billing', `ggs_billing_${'A'.repeat(42)}`])('refuses %p', (key) => {
    expect(refusalOf(authenticatorWith(), key)).toBe('malformed');
  });
});
