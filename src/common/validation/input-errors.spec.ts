import type { ValidationError } from '@nestjs/common';
import { toInputErrors } from './input-errors';

function broken(property: string, value: unknown, ...constraints: string[]): ValidationError {
  const messages = Object.fromEntries(constraints.map((name) => [name, `breaks ${name}`]));
  return { property, value, ...(constraints.length > 0 ? { constraints: messages } : {}) };
}

describe(toInputErrors.name, () => {
  it.each([
    ['isString', 'type'],
    ['isInt', 'type'],
    ['isArray', 'type'],
    ['isIn', 'out-of-range'],
    ['min', 'out-of-range'],
    ['max', 'out-of-range'],
    ['isWithinMaxDuration', 'out-of-range'],
    ['isKnownChannel', 'out-of-range'],
    ['isNotEmpty', 'required'],
    ['arrayNotEmpty', 'required'],
    ['maxLength', 'too-long'],
    ['maxGraphemes', 'too-long'],
    ['arrayMaxSize', 'too-long'],
    ['arrayUnique', 'duplicate'],
    ['hasRequiredCapabilities', 'capability-mismatch'],
    ['matches', 'format'],
    ['isLanguageTag', 'format'],
  ])('tells of %s by the code %s and its own words', (constraint, code) => {
    expect(toInputErrors([broken('field', 7, constraint)])).toEqual([
      { pointer: '#/field', code, detail: `breaks ${constraint}` },
    ]);
  });

  it('describes an unknown field with the same text, whatever its value', () => {
    for (const value of [undefined, null, 'x']) {
      expect(toInputErrors([broken('extra', value, 'whitelistValidation')])).toEqual([
        { pointer: '#/extra', code: 'unknown-field', detail: 'is not a field of this request' },
      ]);
    }
  });

  it('reports an absent field as missing and null as a wrong value', () => {
    expect(
      toInputErrors([broken('a', undefined, 'matches', 'isString'), broken('b', null, 'isString')]),
    ).toEqual([
      { pointer: '#/a', code: 'required', detail: 'is required' },
      { pointer: '#/b', code: 'type', detail: 'breaks isString' },
    ]);
  });

  it('reports the most specific of several broken rules', () => {
    expect(toInputErrors([broken('limit', 'x', 'max', 'min', 'isInt')])).toMatchObject([{ code: 'type' }]);
    expect(toInputErrors([broken('name', '', 'matches', 'isNotEmpty')])).toMatchObject([
      { code: 'required' },
    ]);
  });

  it('points into nested values, with the names escaped as JSON pointers are', () => {
    const inner = broken('a/b~c', 1, 'isString');
    const outer: ValidationError = { property: 'list', children: [{ property: '0', children: [inner] }] };

    expect(toInputErrors([outer])).toMatchObject([{ pointer: '#/list/0/a~1b~0c' }]);
  });

  it('stops after the first error that is not reported any more', () => {
    const list: ValidationError = {
      property: 'list',
      children: Array.from({ length: 20_000 }, (_, at) => ({
        property: String(at),
        children: [broken('name', 1, 'isString')],
      })),
    };

    const errors = toInputErrors([broken('a', 1, 'isString'), list]);

    expect(errors).toHaveLength(21);
    expect(errors.at(-1)).toMatchObject({ pointer: '#/list/19/name' });
  });

  it('keeps the order of the fields and is empty for a valid value', () => {
    const errors = [broken('b', 1, 'isString'), broken('a', 1, 'isString')];

    expect(toInputErrors(errors).map(({ pointer }) => pointer)).toEqual(['#/b', '#/a']);
    expect(toInputErrors([])).toEqual([]);
  });
});
