import { StatementNames } from './statement-names';

const UNKNOWN = Object.assign(new Error('prepared statement "s0_0" does not exist'), { code: '26000' });
const OUTDATED = Object.assign(new Error('translated'), { code: '0A000', routine: 'RevalidateCachedQuery' });

describe(StatementNames.name, () => {
  it('gives a text the same name each time, and another text another name', () => {
    const names = new StatementNames(true);
    const [first, second] = [names.nameOf('select 1'), names.nameOf('select 2')];

    expect(names.nameOf('select 1')).toBe(first);
    expect(second).not.toBe(first);
  });

  it('gives at most 200 names, and keeps those that it gave', () => {
    const names = new StatementNames(true);
    const first = names.nameOf('select 0');
    for (let index = 1; index < 200; index += 1)
      expect(names.nameOf(`select ${index}`)).toEqual(expect.any(String));

    expect(names.nameOf('select 200')).toBeUndefined();
    expect(names.nameOf('select 0')).toBe(first);
  });

  it('gives none if names are not used', () => {
    expect(new StatementNames(false).nameOf('select 1')).toBeUndefined();
  });

  it('gives none any more after a server connection did not know one', () => {
    const names = new StatementNames(true);

    expect(names.recoversFrom(UNKNOWN, names.nameOf('select 1'))).toBe(true);
    expect(names.nameOf('select 1')).toBeUndefined();
  });

  it('renews the names after a changed result, once per schema change and not once per connection', () => {
    const names = new StatementNames(true);
    const [old = '', older = ''] = [names.nameOf('select 1'), names.nameOf('select 2')];
    expect(names.recoversFrom(OUTDATED, old)).toBe(true);
    const renewed = names.nameOf('select 1');

    expect(names.recoversFrom(OUTDATED, older)).toBe(true);
    expect(renewed).not.toBe(old);
    expect(names.nameOf('select 1')).toBe(renewed);
  });

  it('does not recover from errors that are not about a name', () => {
    const names = new StatementNames(true);

    expect(names.recoversFrom(Object.assign(new Error(), { code: '23505' }), 's0_0')).toBe(false);
    expect(names.recoversFrom(UNKNOWN, undefined)).toBe(false);
  });
});
