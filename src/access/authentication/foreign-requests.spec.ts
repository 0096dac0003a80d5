import type { IncomingHttpHeaders } from 'node:http';
import { foreignnessOf } from './foreign-requests';

const HOST = '127.0.0.1:3000';

function codeOf(
  headers: IncomingHttpHeaders,
  { mode = 'open', url = '/v1/sessions' }: { mode?: 'open' | 'open-anywhere'; url?: string } = {},
): string | undefined {
  return foreignnessOf({ url, headers }, mode)?.code;
}

describe(foreignnessOf.name, () => {
  it.each<[string, IncomingHttpHeaders]>([
    ['no Host', {}],
    ['an empty Host', { host: '' }],
    ['another name', { host: 'evil.example:3000' }],
    ['a name that is loopback before its at sign', { host: 'localhost@evil.example' }],
    ['a name that goes on', { host: 'localhost.evil.example' }],
    ['a list of names', { host: 'localhost, evil.example' }],
    ['an invalid port', { host: 'localhost:80x' }],
    ['another spelling of the address', { host: '2130706433:3000' }],
    ['another authority', { host: HOST, ':authority': 'evil.example' }],
  ])('refuses by the host: %s', (_, headers) => {
    expect(codeOf(headers)).toBe('foreign-host');
  });

  it('refuses by a target in absolute form, whatever the Host', () => {
    expect(codeOf({ host: HOST }, { url: 'http://evil.example/v1/sessions' })).toBe('foreign-host');
    expect(codeOf({ host: HOST }, { url: 'http://localhost@evil.example/' })).toBe('foreign-host');
    expect(codeOf({ host: HOST }, { url: 'http://localhost:3000/v1/sessions' })).toBeUndefined();
  });

  it.each([
    'null',
    '',
    'https://evil.example',
    'http://evil.example:3000',
    'http://127.0.0.1',
    'http://127.0.0.1:3001',
    'http://127.0.0.1:3000@evil.example',
    'http://127.0.0.1:3000, http://evil.example',
    'http://127.0.0.1:3000/',
    'file://127.0.0.1:3000',
    'chrome-extension://abcdef',
    '127.0.0.1:3000',
  ])('refuses by the origin: %j', (origin) => {
    expect(codeOf({ host: HOST, origin })).toBe('foreign-origin');
  });

  it.each(['cross-site', 'same-site', 'Cross-Site', 'same-origin, cross-site', 'unheard-of'])(
    'refuses by the site: %s',
    (site) => {
      expect(codeOf({ host: HOST, 'sec-fetch-site': site })).toBe('foreign-origin');
    },
  );

  it.each<IncomingHttpHeaders>([
    { host: HOST },
    { host: 'localhost' },
    { host: '[::1]:3000' },
    { host: HOST, origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-origin' },
    { host: HOST, origin: 'http://localhost:3000' },
    { host: 'localhost', origin: 'http://localhost' },
    { host: 'localhost:80', origin: 'http://localhost' },
    { host: 'localhost', origin: 'https://localhost:443' },
    { host: HOST, origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-site' },
    { host: HOST, 'sec-fetch-site': 'none' },
    { host: HOST, 'sec-fetch-site': 'same-origin' },
  ])('serves the programs and pages of this machine: %j', (headers) => {
    expect(codeOf(headers)).toBeUndefined();
  });

  it('judges by the origin alone where it is open anywhere', () => {
    const anywhere = { mode: 'open-anywhere' } as const;
    const host = 'Sessions.example:8080';

    expect(codeOf({ host }, anywhere)).toBeUndefined();
    expect(codeOf({ host, origin: 'http://sessions.example:8080' }, anywhere)).toBeUndefined();
    for (const origin of [
      'http://localhost:8080',
      'http://sessions.example',
      'null',
      'http://evil.example:8080',
    ])
      expect(codeOf({ host, origin }, anywhere)).toBe('foreign-origin');
    expect(codeOf({ host, 'sec-fetch-site': 'cross-site' }, anywhere)).toBe('foreign-origin');
    expect(codeOf({ origin: 'http://sessions.example' }, anywhere)).toBe('foreign-origin');
  });

  it.each(['keys', 'jwt'] as const)('refuses nothing in mode %s, which requires credentials', (mode) => {
    const headers = { host: 'evil.example', origin: 'null', 'sec-fetch-site': 'cross-site' };

    expect(foreignnessOf({ url: '/', headers }, mode)).toBeUndefined();
  });
});
