import { originFormOf } from './origin-form';

describe(originFormOf.name, () => {
  it.each([
    ['http://host/v1/x?y=1', '/v1/x?y=1'],
    ['HTTPS://user@host:8080//a/%2e%2E/b', '//a/%2e%2E/b'],
    ['http://host?y=http://other/', '/?y=http://other/'],
    ['http://host', '/'],
  ])('takes scheme and authority from %s', (target, expected) => {
    expect(originFormOf(target)).toBe(expected);
  });

  it.each(['/v1/x?y=1', '/http://host/x', '//host/x', '*', 'ftp://host/x', 'http:///x', ''])(
    'leaves %j unchanged',
    (target) => {
      expect(originFormOf(target)).toBe(target);
    },
  );
});
