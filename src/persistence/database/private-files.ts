import { chmodSync, closeSync, lstatSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import { codeOf } from './dialect';

const OWNER_FILE = 0o600;
const OWNER_DIRECTORY = 0o700;
/** Permissions that a data file must not have. */
const TOO_WIDE = 0o177;
/** Files that SQLite keeps beside a database, also those of another journal mode and those that a crash has left. */
const COMPANIONS = ['-wal', '-shm', '-journal'];

/** Creates a directory, and those above it, for its owner alone, whatever the umask. One that exists is left as it is. */
export function ensurePrivateDirectory(directory: string): void {
  const created = mkdirSync(directory, { recursive: true, mode: OWNER_DIRECTORY });
  if (created !== undefined) chmodSync(directory, OWNER_DIRECTORY);
}

/**
 * Creates a database file that is not there, and takes every permission of it and of its companions from all but their
 * owner. To be called before SQLite opens the file: it gives new companions the mode of the file, whatever the umask.
 * Nothing is opened that exists: to close a file would release the locks that this process has on it.
 */
export function ensurePrivateDatabase(path: string): void {
  createMissing(path);
  const real = realpathSync(path);
  for (const file of [real, ...COMPANIONS.map((ending) => real + ending)]) narrow(file);
}

function createMissing(path: string): void {
  try {
    closeSync(openSync(path, 'ax', OWNER_FILE));
    chmodSync(path, OWNER_FILE);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

/** A link is not followed: a process that can write to the directory could aim it at another file of this user. */
function narrow(file: string): void {
  try {
    const found = lstatSync(file);
    if (found.isFile() && (found.mode & TOO_WIDE) !== 0) chmodSync(file, OWNER_FILE);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return;
    // A file of another user, or a file system without modes: the directory has to protect it.
    new Logger('DatabaseConnection').warn({ message: 'Data file permissions not restricted', code, error });
  }
}
