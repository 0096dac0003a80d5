import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { minVersion, satisfies } from 'semver';

interface Entry {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly engines?: { readonly node?: string };
}

const root = join(__dirname, '../..');
const read = (name: string): unknown => JSON.parse(readFileSync(join(root, name), 'utf8'));
const { engines, workspaces } = read('package.json') as { engines: { node: string }; workspaces: string[] };
const { packages } = read('package-lock.json') as { packages: Record<string, Entry> };
const installed = Object.entries(packages).filter(([path]) => path.includes('node_modules/'));
const links = installed.filter(([, { link }]) => link === true);
const published = installed.filter(([, { link }]) => link !== true);

describe('the lock file', () => {
  it('has a SHA-512 checksum of every package', () => {
    const unchecked = published.filter(([, { integrity = '' }]) => !/^sha512-[\w+/]{86}==$/.test(integrity));

    expect(published.length).toBeGreaterThan(500);
    expect(unchecked.map(([path]) => path)).toEqual([]);
  });

  it('has packages of the public registry and the workspaces, and no other source', () => {
    const foreign = published.filter(
      ([, { resolved }]) => resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/'),
    );

    expect(foreign).toEqual([]);
    expect(published.filter(([, { version = '' }]) => !/^\d/.test(version))).toEqual([]);
    expect(links.map(([, { resolved }]) => resolved).sort()).toEqual([...workspaces].sort());
  });

  it('has packages that accept every supported version of Node.js, so that npm warns of none', () => {
    const oldest = engines.node.split(' || ').map((range) => String(minVersion(range)));
    const refusing = oldest.flatMap((version) =>
      published
        .filter(([, { engines: { node = '*' } = {} }]) => !satisfies(version, node))
        .map(([path]) => `${path} on ${version}`),
    );

    expect(oldest.length).toBeGreaterThan(2);
    expect(refusing).toEqual([]);
  });
});
