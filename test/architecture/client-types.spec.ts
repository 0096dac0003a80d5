import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../..');

describe('the types of the client package', () => {
  it('are those of docs/openapi.json, as npm run client:types writes them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'client-types-'));
    try {
      const path = join(folder, 'api.ts');
      execFileSync(process.execPath, [join(root, 'tools/client-types.js'), path]);

      // A comparison by matchers would print thousands of lines.
      expect(
        readFileSync(join(root, 'client/src/generated/api.ts'), 'utf8') === readFileSync(path, 'utf8'),
      ).toBe(true);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('are released in the version of the service', () => {
    const versionIn = (name: string): unknown =>
      (JSON.parse(readFileSync(join(root, name), 'utf8')) as { version: unknown }).version;

    expect(versionIn('client/package.json')).toBe(versionIn('package.json'));
  });
});
