import { foreignnessOf } from './own-origin';

const GATEWAY = 'https://gw.example/guests';

describe(foreignnessOf.name, () => {
  it.each([
    ['a program', {}, ''],
    ['its own page', { origin: 'http://console.example:3000', 'sec-fetch-site': 'same-origin' }, ''],
    ['its own page in other letters', { origin: 'HTTP://Console.Example:3000' }, ''],
    ['an address bar', { 'sec-fetch-site': 'none' }, ''],
    ['a page behind a gateway', { origin: 'https://gw.example', 'sec-fetch-site': 'same-origin' }, GATEWAY],
    ['a page behind a gateway that keeps the host', { origin: 'http://console.example:3000' }, GATEWAY],
  ])('finds nothing foreign in a request of %s', (_what, headers, publicUrl) => {
    expect(foreignnessOf({ host: 'console.example:3000', ...headers }, publicUrl)).toBeUndefined();
  });

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }, ''],
    [
      'another host of its site',
      { 'sec-fetch-site': 'same-site', origin: 'http://console.example:3000' },
      '',
    ],
    ['two sites', { 'sec-fetch-site': ['same-origin', 'cross-site'] }, ''],
    ['another origin', { origin: 'http://evil.example:3000' }, ''],
    ['another port', { origin: 'http://console.example' }, ''],
    ['an origin that is hidden', { origin: 'null' }, ''],
    ['an empty origin', { origin: '' }, ''],
    ['two origins', { origin: 'http://console.example:3000, http://evil.example' }, ''],
    ['an origin with its host as user', { origin: 'http://console.example:3000@evil.example' }, ''],
    ['the gateway without its TLS', { origin: 'http://gw.example' }, GATEWAY],
    ['a host that begins alike', { origin: 'https://gw.example.evil.example' }, GATEWAY],
  ])('refuses a request of %s', (_what, headers, publicUrl) => {
    const found = foreignnessOf({ host: 'console.example:3000', ...(headers as object) }, publicUrl);

    expect(found?.code).toBe('foreign-origin');
  });
});
