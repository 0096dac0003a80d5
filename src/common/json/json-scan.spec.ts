import fc from 'fast-check';
import { scanJson } from './json-scan';

const MARKS = ['[', ']', '{', '}', '"', ',', ':', '\\', ' ', '\n', 'a', '0'];

function heard(text: string): string[] {
  const parts: string[] = [];
  scanJson(text, {
    onOpen: () => parts.push('open'),
    onClose: () => parts.push('close'),
    onKey: (spelled) => parts.push(`key ${spelled}`),
    onText: (spelled) => parts.push(`text ${spelled}`),
    onLiteral: () => parts.push('literal'),
  });
  return parts;
}

/** The same parts of a value, by walking it. */
function partsOf(value: unknown): string[] {
  if (typeof value === 'string') return [`text ${JSON.stringify(value)}`];
  if (typeof value !== 'object' || value === null) return ['literal'];
  const inner = Array.isArray(value)
    ? value.flatMap(partsOf)
    : Object.entries(value).flatMap(([name, member]) => [`key ${JSON.stringify(name)}`, ...partsOf(member)]);
  return ['open', ...inner, 'close'];
}

describe(scanJson.name, () => {
  it('visits every part in the order of the text', () => {
    expect(heard(' {"a" : [1, -2.5e3,true], "b\\"{" :"c:\\\\", "":{}} ')).toEqual([
      ...['open', 'key "a"', 'open', 'literal', 'literal', 'literal', 'close'],
      ...['key "b\\"{"', 'text "c:\\\\"', 'key ""', 'open', 'close', 'close'],
    ]);
  });

  it('visits the parts of the parsed value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2, '\t\n '), (value, space) => {
        expect(heard(JSON.stringify(value, undefined, space))).toEqual(
          partsOf(JSON.parse(JSON.stringify(value))),
        );
      }),
    );
  });

  it('terminates on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...MARKS) }), (text) => {
        expect(heard(text).length).toBeLessThanOrEqual(text.length);
      }),
    );
  });

  it('stops at the first throw', () => {
    let opened = 0;
    const scan = (): void => {
      scanJson('['.repeat(60_000), {
        onOpen: () => {
          opened += 1;
          if (opened === 3) throw new Error('enough');
        },
        onClose: () => undefined,
      });
    };

    expect(scan).toThrow('enough');
    expect(opened).toBe(3);
  });
});
