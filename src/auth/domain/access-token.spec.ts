import { AccessToken } from './access-token';

const NOW = 1_800_000_000_000;

/** Seconds after its request for which a token is used. */
function lifeOf(expiresIn: unknown): number {
  const token = AccessToken.issued('secret', expiresIn, NOW);
  let seconds = 0;
  while (token.isUsable(NOW + seconds * 1000)) seconds += 1;
  return seconds;
}

describe(AccessToken.name, () => {
  it('is used until five seconds before it expires', () => {
    const token = AccessToken.issued('secret', 3_600, NOW);

    expect(token.isUsable(NOW)).toBe(true);
    expect(token.isUsable(NOW + 3_594_999)).toBe(true);
    expect(token.isUsable(NOW + 3_595_000)).toBe(false);
  });

  it.each([
    ['missing', undefined],
    ['null', null],
    ['negative', -1],
    ['zero', 0],
    ['a text', '3600'],
    ['no number', Number.NaN],
    ['endless', Number.POSITIVE_INFINITY],
    ['an object', {}],
  ])('lives for five minutes when what upstream says is %s', (_, expiresIn) => {
    expect(lifeOf(expiresIn)).toBe(295);
  });

  it.each([
    ['tiny', 1, 5],
    ['less than a second', 0.1, 5],
    ['as short as is believed', 10, 5],
    ['usual', 86_399, 86_394],
    ['huge', 1e12, 86_395],
  ])('lives between ten seconds and a day when what upstream says is %s', (_, expiresIn, seconds) => {
    expect(lifeOf(expiresIn)).toBe(seconds);
  });
});
