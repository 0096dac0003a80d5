import { apiPrefixOf } from './api-prefix';

describe(apiPrefixOf, () => {
  it.each([
    ['/console/', ''],
    ['/guests/console/', '/guests'],
    ['/a/console/b/console/', '/a/console/b'],
    ['/', ''],
  ])('takes from %s the prefix "%s"', (pathname, prefix) => {
    expect(apiPrefixOf(pathname)).toBe(prefix);
  });
});
