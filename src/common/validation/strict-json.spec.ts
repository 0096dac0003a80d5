import fc from 'fast-check';
import { InvalidRequestError } from '../errors/invalid-request.errors';
import { MalformedJsonError } from './malformed-json.errors';
import { parseStrictJson } from './strict-json';

const parse = (text: string): unknown => parseStrictJson(Buffer.from(text));
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const manyKeys = (count: number): string =>
  `{${Array.from({ length: count }, (_, i) => `"k${i}":1`).join()}}`;

describe(parseStrictJson.name, () => {
  it.each(['{}', '[]', '"text"', '42', 'null', ' {"a":[1,{"b":null}]} ', '{"a":{"k":1},"b":{"k":1}}'])(
    'reads %s as JSON.parse does',
    (text) => {
      expect(parse(text)).toEqual(JSON.parse(text));
    },
  );

  it('reads whole surrogate pairs, escaped or not', () => {
    expect(parse('["😀","\\ud83d\\ude00"]')).toEqual(['😀', '😀']);
  });

  it('reads 32 levels and 200 keys, and no more', () => {
    expect(() => parse(nested(32))).not.toThrow();
    expect(() => parse(nested(33))).toThrow('nested deeper than 32 levels');
    expect(() => parse(`{"a":${nested(32)}}`)).toThrow('nested deeper than 32 levels');
    expect(() => parse(manyKeys(200))).not.toThrow();
    expect(() => parse(manyKeys(201))).toThrow('more than 200 keys');
    expect(() => parse(`[${manyKeys(101)},${manyKeys(101)}]`)).toThrow('more than 200 keys');
  });

  it('reads 1,000 values at any depth, and no more', () => {
    const list = (count: number, value: string): string =>
      `[${Array.from({ length: count }, () => value).join()}]`;

    for (const value of ['1', '""', '{}', '[]', 'null', ' "a\\"b" ']) {
      expect(() => parse(list(999, value))).not.toThrow();
      expect(() => parse(list(1_000, value))).toThrow('more than 1000 values');
    }
    expect(() => parse(`{"a":${list(499, '1')},"b":${list(498, '1')}}`)).not.toThrow();
    expect(() => parse(`{"a":${list(499, '1')},"b":${list(499, '1')}}`)).toThrow('more than 1000 values');
  });

  it('refuses a flood before it builds any value', () => {
    const building = jest.spyOn(JSON, 'parse');

    expect(() => parse(`{"a":[${'{},'.repeat(20_000)}{}]}`)).toThrow('more than 1000 values');
    expect(() => parse('['.repeat(60_000))).toThrow('nested deeper than 32 levels');
    expect(building).not.toHaveBeenCalled();
    building.mockRestore();
  });

  it.each([
    ['an empty body', '', 'is not JSON'],
    ['a truncated body', '{"a":', 'is not JSON'],
    ['a comment', '{/**/}', 'is not JSON'],
    ['a trailing comma', '[1,]', 'is not JSON'],
    ['a byte order mark', '\ufeff{}', 'is not JSON'],
    ['a key twice', '{"a":1,"b":2,"a":1}', 'has a key twice'],
    ['a key twice in an inner object', '[{"a":{"b":1,"b":1}}]', 'has a key twice'],
    ['a key twice, once escaped', '{"a":1,"\\u0061":2}', 'has a key twice'],
    ['NUL', '["\\u0000"]', 'NUL or half a surrogate pair'],
    ['NUL in a key', '{"\\u0000":1}', 'NUL or half a surrogate pair'],
    ['a high surrogate', '"\\ud83d"', 'NUL or half a surrogate pair'],
    ['a low surrogate', '"\\ude00"', 'NUL or half a surrogate pair'],
    ['two high surrogates and a low one', '"\\ud83d\\ud83d\\ude00"', 'NUL or half a surrogate pair'],
  ])('refuses %s', (_, text, reason) => {
    expect(() => parse(text)).toThrow(MalformedJsonError);
    expect(() => parse(text)).toThrow(reason);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(() => parseStrictJson(Uint8Array.of(0x22, 0xff, 0x22))).toThrow('is not UTF-8');
  });

  it.each(['__proto__', 'constructor', 'prototype'])('refuses the name %s at any depth', (name) => {
    for (const text of [`{"${name}":1}`, `[{"a":{"${name}":{"x":1}}}]`]) {
      expect(() => parse(text)).toThrow(InvalidRequestError);
    }
    expect(parse(`["${name}"]`)).toEqual([name]);
  });

  it('never quotes its input in a message', () => {
    const messageOf = (text: string): string => {
      try {
        parse(text);
        return 'accepted';
      } catch (error) {
        return String(error);
      }
    };

    for (const text of ['canary', '{"canary":1,"canary":1}', '"canary\\u0000"', '{"canary":"\\ud800"}']) {
      expect(messageOf(text)).toMatch(/^MalformedJsonError: (?!.*canary)/);
    }
  });

  it('reads every output of JSON.stringify identically, or refuses it for a named reason', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = JSON.stringify(value);
        try {
          expect(parse(text)).toEqual(JSON.parse(text));
        } catch (error) {
          if (!(error instanceof MalformedJsonError || error instanceof InvalidRequestError)) throw error;
        }
      }),
    );
  });
});
