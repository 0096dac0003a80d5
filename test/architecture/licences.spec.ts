import { isAllowed, readLicences } from '../../tools/release/licences';

describe('the licences of the packages that a release brings along', () => {
  it('are allowed', () => {
    const { text, refused } = readLicences();

    expect(text).toMatch(/^fastify@[\d.]+\tMIT$/m);
    expect(text).toMatch(/^react@[\d.]+\tMIT$/m);
    expect(text).not.toMatch(/^(vite|jest)@/m);
    expect(refused).toEqual([]);
  });

  it.each(['MIT', '(MIT OR WTFPL)', '(GPL-2.0-only OR ISC)', 'Apache-2.0 AND MIT'])(
    'include %s',
    (licence) => {
      expect(isAllowed(licence)).toBe(true);
    },
  );

  it.each([
    'GPL-3.0-only',
    'MIT AND GPL-3.0-only',
    'unknown',
    'SEE LICENSE IN LICENSE',
    '(MIT OR ISC) AND X',
  ])('do not include %s', (licence) => {
    expect(isAllowed(licence)).toBe(false);
  });
});
