import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiKeys } from './api-keys';
import { newDataKey } from './data-key-list';
import { readEnvironment } from './read-environment';

const MINIMAL = {
  GENESYS_REGION: 'usw2.pure.cloud',
  GENESYS_CLIENT_ID: 'client',
  GENESYS_CLIENT_SECRET: 'client-secret',
  DATA_KEY: newDataKey('k1'),
};

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'api-keys-'));
  path = join(directory, 'keys.json');
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function entry(name: string, digit: string): { name: string; sha256: string; scopes: string[] } {
  return { name, sha256: digit.repeat(64), scopes: ['sessions.read'] };
}

function keysIn(...entries: object[]): ApiKeys {
  write(...entries);
  return new ApiKeys(readEnvironment({ ...MINIMAL, API_KEYS_FILE: path }));
}

function write(...entries: object[]): void {
  writeFileSync(path, JSON.stringify(entries));
}

describe(ApiKeys.name, () => {
  it('gives all entries of a caller, and only those', () => {
    const keys = keysIn(entry('billing', '1'), entry('support', '2'), entry('billing', '3'));

    expect(keys.of('billing')).toEqual([entry('billing', '1'), entry('billing', '3')]);
    expect(keys.of('unknown')).toEqual([]);
  });

  it('adds and removes keys with its file, also the last one', () => {
    const keys = keysIn(entry('billing', '1'));
    write(entry('billing', '2'), entry('support', '3'));
    expect([keys.of('billing'), keys.of('support')]).toEqual([
      [entry('billing', '2')],
      [entry('support', '3')],
    ]);

    write();
    expect([...keys.of('billing'), ...keys.of('support')]).toEqual([]);
  });

  it('counts the callers with a scope by their names, as of the last look-up of a caller', () => {
    const writer = { ...entry('billing', '1'), scopes: ['sessions.write'] };
    const keys = keysIn(writer, { ...writer, sha256: '2'.repeat(64) }, entry('console', '3'));
    expect([keys.countOfCallers('sessions.write'), keys.countOfCallers('audit.read')]).toEqual([1, 0]);

    write(writer, { ...writer, name: 'support', sha256: '4'.repeat(64) });
    expect(keys.countOfCallers('sessions.write')).toBe(1);
    keys.of('billing');
    expect(keys.countOfCallers('sessions.write')).toBe(2);
  });

  it('notices that its file was replaced', () => {
    const keys = keysIn(entry('billing', '1'));
    keys.of('billing');
    const next = join(directory, 'next.json');
    writeFileSync(next, JSON.stringify([entry('billing', '2')]));
    renameSync(next, path);

    expect(keys.of('billing')).toEqual([entry('billing', '2')]);
  });

  it.each([
    ['is away', undefined],
    ['is half written', '[{"name":"bil'],
    ['holds something else', '{"name":"billing"}'],
  ])('keeps the last known keys while its file %s', (_, content) => {
    const keys = keysIn(entry('billing', '1'));
    keys.of('billing');
    rmSync(path);
    if (content !== undefined) writeFileSync(path, content);

    expect(keys.of('billing')).toEqual([entry('billing', '1')]);
    expect(keys.of('billing')).toEqual([entry('billing', '1')]);

    write(entry('billing', '2'));
    expect(keys.of('billing')).toEqual([entry('billing', '2')]);
  });

  it('never changes if it is set as a variable', () => {
    const text = JSON.stringify([entry('billing', '1')]);
    const keys = new ApiKeys(readEnvironment({ ...MINIMAL, API_KEYS: text }));

    expect(keys.of('billing')).toEqual([entry('billing', '1')]);
  });

  it.each([
    ['a byte order mark', '\ufeff', ''],
    ['white space around it', ' \n', '\r\n\n'],
  ])('reads a file with %s at the start and at every later look alike', (_, before, after) => {
    const textOf = (...entries: object[]): string => before + JSON.stringify(entries) + after;
    writeFileSync(path, textOf(entry('billing', '1')));
    const keys = new ApiKeys(readEnvironment({ ...MINIMAL, API_KEYS_FILE: path }));
    expect(keys.of('billing')).toHaveLength(1);

    writeFileSync(path, textOf());
    expect(keys.of('billing')).toEqual([]);
  });
});
