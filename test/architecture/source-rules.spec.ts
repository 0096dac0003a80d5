import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(__dirname, '../..');
const sources = ['src', 'examples', 'test', 'bench']
  .filter((folder) => existsSync(join(root, folder)))
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => join(entry.parentPath, entry.name))
  .map((path) => ({ path: relative(root, path), text: readFileSync(path, 'utf8') }))
  .filter(({ path }) => path !== relative(root, __filename));

function filesWith(pattern: RegExp, within = sources): string[] {
  return within.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
}

describe('the sources', () => {
  it('exist', () => {
    expect(sources.length).toBeGreaterThan(100);
  });

  it.each([
    ['forwardRef', /\bforwardRef\b/],
    ['an explicit any', /(:|\bas|<)\s*any\b(?!\w)/],
    ['a silenced compiler', /@ts-(ignore|expect-error|nocheck)/],
    ['a silenced linter', /eslint-disable/],
    ['a focused or skipped test', /\b(it|describe|test)\.(only|skip|todo)\(/],
  ])('contain no %s', (_what, pattern) => {
    expect(filesWith(pattern)).toEqual([]);
  });

  it('have no barrel files', () => {
    expect(sources.filter(({ path }) => path.endsWith('/index.ts'))).toEqual([]);
  });
});
