import { SessionCookie } from './session-cookie';

const TOKEN = 'A'.repeat(43);
const PLAIN = `console-session=${TOKEN}; Path=/; HttpOnly; SameSite=Strict`;
const SECURE = `__Host-console-session=${TOKEN}; Path=/; Secure; HttpOnly; SameSite=Strict`;

describe(SessionCookie.name, () => {
  it.each([
    ['localhost', '', PLAIN],
    ['localhost:3000', '', PLAIN],
    ['127.0.0.1:3000', '', PLAIN],
    ['[::1]:3000', '', PLAIN],
    ['console.example', '', SECURE],
    ['10.0.0.7:3000', '', SECURE],
    ['localhost.evil.example', '', SECURE],
    ['', '', SECURE],
    ['127.0.0.1', 'https://gateway.example/guests', SECURE],
    ['console.example', 'http://gateway.example', PLAIN],
  ])('for the host %j and PUBLIC_URL %j is set as %s', (host, publicUrl, expected) => {
    expect(SessionCookie.for({ host }, publicUrl).set(TOKEN)).toBe(expected);
  });

  it.each([
    [`console-session=${TOKEN}`, TOKEN],
    [`a=b; console-session=${TOKEN}; c`, TOKEN],
    [`a=b;console-session=${TOKEN};c=d`, TOKEN],
    ['console-session=', ''],
    ['', undefined],
    [undefined, undefined],
    ['console-session', undefined],
    [`Console-Session=${TOKEN}`, undefined],
    [`xconsole-session=${TOKEN}`, undefined],
    [`__Host-console-session=${TOKEN}`, undefined],
    [`a="console-session=${TOKEN}"`, undefined],
  ])('reads from %j the token %j', (cookie, token) => {
    const headers = { host: 'localhost', ...(cookie === undefined ? {} : { cookie }) };

    expect(SessionCookie.for(headers, '').read(headers)).toBe(token);
  });

  it('reads no token from a cookie that is there twice', () => {
    const headers = {
      host: 'localhost',
      cookie: `console-session=${TOKEN}; console-session=${'B'.repeat(43)}`,
    };

    expect(SessionCookie.for(headers, '').read(headers)).toBe('');
  });

  it('is removed with the attributes that it was set with', () => {
    expect(SessionCookie.for({ host: 'console.example' }, '').clear()).toBe(
      '__Host-console-session=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict',
    );
  });
});
