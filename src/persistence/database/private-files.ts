import { chmodSync, closeSync, existsSync, lstatSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { Logger } from '@nestjs/common';
import { codeOf } from './dialect';

const OWNER_FILE = 0o600;
const OWNER_DIRECTORY = 0o700;
/** Permissions that a data file must not have. */
const TOO_WIDE = 0o177;
/** Files that SQLite keeps beside a database, also those of another journal mode and those left by a crash. */
const COMPANIONS = ['-wal', '-shm', '-journal'];

/** Creates a directory and its parents for their owner alone, whatever the umask. An existing one stays as it is. */
export function ensurePrivateDirectory(directory: string): void {
  if (existsSync(directory)) return;
  // One by one: where no directory can be made, as in /proc, a recursive mkdir of Node 20 never returns.
  ensurePrivateDirectory(dirname(directory));
  mkdirSync(directory, { mode: OWNER_DIRECTORY });
  chmodSync(directory, OWNER_DIRECTORY);
}

/**
 * Creates a missing database file, and restricts it and its companions to their owner. Call it before SQLite opens
 * the file: SQLite gives new companions the mode of the file, whatever the umask. It opens no existing file: closing
 * one would release the locks that this process has on it.
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

/** Links are not followed: a process that can write to the directory could aim one at another file of this user. */
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
