import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FILES, released, withVersion } from '../../tools/release/version';

const root = join(__dirname, '../..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const { version, engines } = JSON.parse(read('package.json')) as { version: string; engines: unknown };
const CHANGES = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];
const changelog = read('CHANGELOG.md');

describe('the version of package.json', () => {
  it.each(FILES)('is that of %s, which a release changes', (file) => {
    const text = read(file);

    expect(withVersion(file, text, version)).toBe(text);
    expect(withVersion(file, text, '7.8.9')).not.toBe(text);
    expect(withVersion(file, withVersion(file, text, '7.8.9-rc.1'), version)).toBe(text);
  });

  it.each(['client', 'console'])(
    'is that of the workspace %s, with the same versions of Node.js',
    (folder) => {
      expect(JSON.parse(read(`${folder}/package.json`))).toMatchObject({ version, engines });
    },
  );

  it('is that of the API description', () => {
    const { info } = JSON.parse(read('docs/openapi.json')) as { info: { version: string } };

    expect(info.version).toBe(version);
  });
});

describe('the changelog', () => {
  const sections = [...changelog.matchAll(/^## (.*)$([^]*?)(?=^## |(?![^]))/gm)].map(
    ([, title = '', entries = '']) => ({ title, entries }),
  );
  const releases = sections.slice(1).map(({ title }) => /^\[(.+)\] - \d{4}-\d\d-\d\d$/.exec(title)?.[1]);

  it('has the unreleased changes first, and then each release with its date, this one first', () => {
    expect(sections[0]?.title).toBe('[Unreleased]');
    expect(releases).not.toContain(undefined);
    expect(releases[0] ?? version).toBe(version);
  });

  it('sorts changes by kind, each kind once, in the order of Keep a Changelog', () => {
    for (const { entries } of sections) {
      const kinds = [...entries.matchAll(/^### (.*)$/gm)].map(([, kind]) => kind);
      expect(kinds).toEqual(CHANGES.filter((kind) => kinds.includes(kind)));
    }
  });

  it('gets the unreleased changes under a release, once', () => {
    const before = '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A.\n';
    const after = '# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-01-02\n\n### Added\n\n- A.\n';

    expect(released(before, '1.2.3', '2026-01-02')).toBe(after);
    expect(() => released(after, '1.2.4', '2026-01-03')).toThrow('no entries');
  });
});
