import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderFactsOf } from './folder-facts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'folder-facts-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe(folderFactsOf.name, () => {
  it('reads about a folder', async () => {
    const { exists, refusal, freeBytes } = await folderFactsOf(folder);

    expect([exists, refusal]).toEqual([true, undefined]);
    expect(freeBytes).toBeGreaterThan(0);
  });

  it('reads about the nearest one above a missing folder', async () => {
    expect(await folderFactsOf(join(folder, 'a', 'b'))).toMatchObject({ exists: false, refusal: undefined });
  });

  it('finds a file in the way', async () => {
    await writeFile(join(folder, 'file'), '');

    expect(await folderFactsOf(join(folder, 'file', 'data'))).toMatchObject({ refusal: 'ENOTDIR' });
  });
});
