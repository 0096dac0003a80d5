import { bearerOf } from './bearer';
import { type Refusal, UnauthenticatedError } from '../domain/access.errors';

function refusalOf(authorization: string | undefined): Refusal {
  try {
    bearerOf(authorization);
  } catch (error) {
    if (error instanceof UnauthenticatedError) return error.hiddenReason;
    throw error;
  }
  throw new Error('It was taken.');
}

describe(bearerOf.name, () => {
  it.each(['Bearer abc', 'bearer abc', 'BEARER abc', 'Bearer   abc'])(
    'finds the credential in %p',
    (header) => {
      expect(bearerOf(header)).toBe('abc');
    },
  );

  it.each(['ggs_a_B-c', 'a.b.c', 'a~b+c/d==', 'x'.repeat(8_192)])(
    'takes every letter of %p',
    (credential) => {
      expect(bearerOf(`Bearer ${credential}`)).toBe(credential);
    },
  );

  it.each([
    [undefined, 'missing'],
    ['', 'scheme'],
    ['Basic abc', 'scheme'],
    ['abc', 'scheme'],
    ['Bearerabc', 'scheme'],
    [' Bearer abc', 'scheme'],
    ['Bearer', 'malformed'],
    ['Bearer ', 'malformed'],
    ['Bearer a b', 'malformed'],
    ['Bearer a,b', 'malformed'],
    ['Bearer a=b', 'malformed'],
    ['Bearer \u00fc', 'malformed'],
    ['Bearer a\u0000', 'malformed'],
    ['Bearer a\n', 'malformed'],
    [`Bearer ${'x'.repeat(8_193)}`, 'malformed'],
  ])('finds none in %p: %s', (header, refusal) => {
    expect(refusalOf(header)).toBe(refusal);
  });
});
