import { mkdtempSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReloadingFile } from './reloading-file';

let directory: string;
let path: string;
let taken: string[];
let parsed: number;
let file: ReloadingFile<string>;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'followed-'));
  path = join(directory, 'setting');
  taken = [];
  parsed = 0;
  file = following(path);
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(directory, { recursive: true, force: true });
});

function following(where: string | undefined): ReloadingFile<string> {
  const parse = (text: string): string | undefined => {
    parsed += 1;
    if (text === 'torn') throw new SyntaxError('torn');
    return text === 'wrong' ? undefined : text;
  };
  return new ReloadingFile('SETTING_FILE', where, parse, (value) => taken.push(value));
}

function follow(content?: string): void {
  if (content !== undefined) writeFileSync(path, content);
  file.follow();
}

/** Advances the clock of the process. */
function later(ms: number): void {
  const now = Date.now();
  jest.spyOn(Date, 'now').mockReturnValue(now + ms);
}

describe(ReloadingFile.name, () => {
  it('reads the content of the file, and again after a change', () => {
    follow('one');
    follow('two');

    expect(taken).toEqual(['one', 'two']);
    expect(file.isStale).toBe(false);
  });

  it('reads nothing while nothing has changed', () => {
    follow('one');
    later(5_000);
    follow();
    follow();
    follow();

    expect(parsed).toBe(2);
  });

  it('does not trust the times of a file that was changed just now', () => {
    follow('one');
    const { atime, mtime } = statSync(path);
    writeFileSync(path, 'two');
    utimesSync(path, atime, mtime);
    follow();

    expect(taken.at(-1)).toBe('two');
  });

  it('notices that its file was replaced', () => {
    follow('one');
    later(5_000);
    follow();
    writeFileSync(`${path}.next`, 'two');
    renameSync(`${path}.next`, path);
    follow();

    expect(taken.at(-1)).toBe('two');
  });

  it.each(['torn', 'wrong', undefined])(
    'keeps the last value while the file holds %s, and reports it as stale',
    (spoiled) => {
      follow('one');
      if (spoiled === undefined) rmSync(path);
      follow(spoiled);
      follow();
      expect([taken, file.isStale]).toEqual([['one'], true]);

      follow('two');
      expect([taken, file.isStale]).toEqual([['one', 'two'], false]);
    },
  );

  it('follows nothing without a path', () => {
    following(undefined).follow();

    expect([parsed, file.isStale]).toEqual([0, false]);
  });
});
