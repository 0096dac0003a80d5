import fc from 'fast-check';
import { canonicalJson } from './canonical-json';

describe(canonicalJson.name, () => {
  it('writes the example of RFC 8785, 3.2.2, as in 3.2.4', () => {
    const numbers: unknown = JSON.parse('[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001]');
    const string = '\u20ac$\u000f\u000aA\'\u0042\u0022\u005c\\"/';
    const example = { numbers, string, literals: [null, true, false] };

    expect(canonicalJson(example)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('orders names by their UTF-16 code units, as in RFC 8785, 3.2.3', () => {
    const names = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
    const example = Object.fromEntries(names.map((name) => [name, 0]));

    expect(Object.keys(JSON.parse(canonicalJson(example)) as object).sort()).toEqual([...names].sort());
    expect(canonicalJson(example)).toBe(
      '{"\\r":0,"1":0,"\u0080":0,"\u00f6":0,"\u20ac":0,"\ud83d\ude00":0,"\ufb33":0}',
    );
  });

  it('represents the value, independently of the order of names', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
    expect(canonicalJson({ b: 1, a: { d: 2, c: 3 } })).toBe(canonicalJson({ a: { c: 3, d: 2 }, b: 1 }));
  });

  it('omits undefined members', () => {
    expect(canonicalJson({ a: undefined, b: { c: undefined } })).toBe('{"b":{}}');
  });

  it.each([Infinity, -Infinity, NaN, undefined, 1n, Symbol('a')])('has no text for %p', (value) => {
    expect(() => canonicalJson([value])).toThrow(TypeError);
  });
});
