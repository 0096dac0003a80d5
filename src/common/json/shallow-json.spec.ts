import { JsonTooDeepError } from './json-too-deep.errors';
import { parseShallowJson } from './shallow-json';

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe(parseShallowJson.name, () => {
  it('parses up to 100 levels, and any number of values beside each other', () => {
    expect(parseShallowJson('{"a":[1,"]]"]}')).toEqual({ a: [1, ']]'] });
    expect(parseShallowJson(nested(100))).toEqual(JSON.parse(nested(100)));
    expect(parseShallowJson(`[${'[],'.repeat(1_000)}[]]`)).toHaveLength(1_001);
  });

  it.each([
    ['101 levels', nested(101)],
    ['levels that JSON.parse reads and JSON.stringify cannot write', nested(100_000)],
    ['levels without an end', '{"a":'.repeat(10_000)],
    ['no JSON', '{'],
    ['nothing', ''],
  ])('throws SyntaxError for %s', (_, text) => {
    expect(() => parseShallowJson(text)).toThrow(SyntaxError);
  });

  it('distinguishes text that is nested too deeply from invalid JSON', () => {
    expect(() => parseShallowJson(nested(101))).toThrow(JsonTooDeepError);
    expect(() => parseShallowJson('{')).not.toThrow(JsonTooDeepError);
  });
});
