import { hasEventSecret } from './event-secret';

const SECRETS = ['first-secret-of-24-chars', 'other-secret-of-24-chars'];

describe(hasEventSecret.name, () => {
  it.each([
    ['in Authorization', { authorization: SECRETS[0] }],
    ['as a bearer token', { authorization: `Bearer ${SECRETS[1]}` }],
    ['in X-Api-Key', { apiKey: SECRETS[1] }],
    ['in X-Api-Key beside a credential of a proxy', { authorization: 'Basic abc', apiKey: SECRETS[0] }],
  ])('accepts a secret %s', (_case, headers) => {
    expect(hasEventSecret(headers, SECRETS)).toBe(true);
  });

  it.each([
    ['no header', {}],
    ['an empty one', { authorization: '', apiKey: '' }],
    ['a part of a secret', { apiKey: SECRETS[0]?.slice(1) }],
    ['another secret', { authorization: 'Bearer another-secret-of-24-chr' }],
    ['both secrets', { apiKey: SECRETS.join() }],
  ])('refuses %s', (_case, headers) => {
    expect(hasEventSecret(headers, SECRETS)).toBe(false);
  });

  it('refuses everything without a configured secret', () => {
    expect(hasEventSecret({ authorization: '', apiKey: 'undefined' }, [])).toBe(false);
  });
});
