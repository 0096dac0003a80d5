import { authorityOf, isOriginAt } from './authority';

describe(authorityOf.name, () => {
  it.each([
    ['example.com', 'example.com', ''],
    ['example.com:8080', 'example.com', '8080'],
    ['[::1]:3000', '[::1]', '3000'],
  ])('reads %s', (text, host, port) => {
    expect(authorityOf(text)).toEqual({ host, port });
  });

  it.each(['', ':80', 'a b', 'user@example.com', 'a,b', 'example.com:', 'example.com:123456'])(
    'reads nothing from %j',
    (text) => {
      expect(authorityOf(text)).toBeUndefined();
    },
  );
});

describe(isOriginAt.name, () => {
  it.each([
    ['http://example.com', 'example.com'],
    ['http://example.com', 'example.com:80'],
    ['https://example.com:443', 'example.com'],
    ['http://EXAMPLE.com:3000', 'example.com:3000'],
  ])('is true for %s at %s', (origin, host) => {
    expect(isOriginAt(origin, authorityOf(host))).toBe(true);
  });

  it.each([
    ['http://example.com', 'example.com:443'],
    ['https://example.com', 'example.com:80'],
    ['http://example.org', 'example.com'],
    ['ftp://example.com', 'example.com'],
    ['null', 'example.com'],
    ['http://example.com', ''],
  ])('is false for %s at %j', (origin, host) => {
    expect(isOriginAt(origin, authorityOf(host))).toBe(false);
  });
});
