import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConsoleFiles } from './console-files';

describe(ConsoleFiles.name, () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'console-files-'));
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), 'index');
    writeFileSync(join(folder, 'assets/app.js'), 'script');
    writeFileSync(join(folder, 'assets/app.js.gz'), 'packed');
    writeFileSync(join(folder, 'assets/app.js.br'), 'smaller');
    writeFileSync(join(folder, 'notes'), 'of no type');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('finds files by their paths, with their compressed forms, the smallest first', () => {
    const file = ConsoleFiles.read(folder).find('assets/app.js');

    expect(file?.content.toString()).toBe('script');
    expect(file?.cacheControl).toBe('public, max-age=31536000, immutable');
    expect(file?.compressed.map(({ coding, content }) => [coding, content.toString()])).toEqual([
      ['br', 'smaller'],
      ['gzip', 'packed'],
    ]);
  });

  it.each(['', 'sessions', 'sessions/some-id', 'notes', 'assets', 'constructor'])(
    'takes a path without a dot for a page: %j',
    (path) => {
      const file = ConsoleFiles.read(folder).find(path);

      expect([file?.content.toString(), file?.cacheControl]).toEqual(['index', 'no-cache']);
    },
  );

  it.each(['assets/none.js', '../index.html', './index.html', 'assets/app.js.gz', 'assets/../index.html'])(
    'finds nothing else: %s',
    (path) => {
      expect(ConsoleFiles.read(folder).find(path)).toBeUndefined();
    },
  );

  it('does not notice files that change later', () => {
    const files = ConsoleFiles.read(folder);
    writeFileSync(join(folder, 'index.html'), 'changed');

    expect(files.find('')?.content.toString()).toBe('index');
  });

  it('is empty for a folder without the document', () => {
    expect(ConsoleFiles.read(join(folder, 'assets')).isEmpty).toBe(true);
    expect(ConsoleFiles.read(join(folder, 'none')).isEmpty).toBe(true);
    expect(ConsoleFiles.read(join(folder, 'none')).find('')).toBeUndefined();
  });

  it('refuses a folder with more files than a build has', () => {
    for (let count = 0; count <= 1_000; count += 1) writeFileSync(join(folder, `${count}.txt`), '');

    expect(() => ConsoleFiles.read(folder)).toThrow('more than 1000 files');
  });
});
