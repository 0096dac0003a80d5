import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const read = (name: string): unknown => JSON.parse(readFileSync(join(root, name), 'utf8'));
const { scarfSettings } = read('package.json') as {
  scarfSettings: { enabled: boolean };
};
const { packages } = read('package-lock.json') as {
  packages: Record<string, { name?: string; hasInstallScript?: boolean }>;
};

/** Returns the packages with an install script, by the names under which they are published. */
const scripted = Object.entries(packages)
  .filter(([, { hasInstallScript }]) => hasInstallScript === true)
  .map(([path, { name }]) => name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));

describe('an installation', () => {
  it('contains no package that reports installations, also where npm runs every install script', () => {
    expect(scripted).toContain('better-sqlite3');
    expect(scripted).not.toContain('@scarf/scarf');
    expect(scarfSettings.enabled).toBe(false);
  });
});
