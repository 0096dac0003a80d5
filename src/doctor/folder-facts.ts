import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { codesOf } from '../common/errors/failure-text';

/** A folder for data, or the nearest one above it that exists. */
export interface FolderFacts {
  readonly exists: boolean;
  /** The code of the system why files cannot be created, such as `EACCES`; undefined where they can. */
  readonly refusal: string | undefined;
  readonly freeBytes: number;
}

/** Reads about the folder and its volume, without a trial file. */
export async function folderFactsOf(path: string): Promise<FolderFacts> {
  const wanted = resolve(path);
  const existing = await nearestOf(wanted);
  const refusal = await refusalOf(existing);
  const { bavail, bsize } = await statfs(existing);
  return { exists: existing === wanted, refusal, freeBytes: bavail * bsize };
}

async function nearestOf(path: string): Promise<string> {
  try {
    await stat(path);
    return path;
  } catch {
    // Not there, or below a file: the folder above decides.
    return dirname(path) === path ? path : nearestOf(dirname(path));
  }
}

async function refusalOf(path: string): Promise<string | undefined> {
  try {
    if (!(await stat(path)).isDirectory()) return 'ENOTDIR';
    await access(path, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return codesOf(error)[0] ?? 'unknown';
  }
}
