import { isLoopbackHost } from './loopback';

describe(isLoopbackHost.name, () => {
  it.each([
    'localhost',
    'LocalHost',
    'app.localhost',
    'a.b.localhost',
    '127.0.0.1',
    '127.255.0.9',
    '::1',
    '[::1]',
  ])('accepts %s', (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  });

  it.each([
    '',
    'localhost.',
    'localhost.example',
    'notlocalhost',
    '.localhost',
    'evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.1.nip.io',
    '127.1',
    '127.0.0.256',
    '0127.0.0.1',
    '0x7f.0.0.1',
    '2130706433',
    '128.0.0.1',
    '0.0.0.0',
    '10.0.0.1',
    '::',
    '[::]',
    '[::ffff:127.0.0.1]',
    'localhost\n',
    'localhost@evil.example',
  ])('refuses %j', (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});
