import { link, lstat, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { dirname, isAbsolute } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { pause } from '../../common/time/pause';
import { messageOf } from '../../common/errors/failure-text';
import { codeOf } from '../database/dialect';
import { BackupError } from '../persistence.errors';

/** 400 kB: a step takes a few milliseconds and then yields to other work. */
const PAGES_PER_STEP = 100;
/** Limit for waiting until no transaction writes, in milliseconds. */
const BEGIN_WITHIN_MS = 10_000;
const BEGIN_AGAIN_MS = 5;
const OWNER_FILE = 0o600;
/** Errors of file systems without hard links, or that forbid them. */
const NO_HARD_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP']);
/** SQLite would take a file with such a name for a companion of another database. */
const COMPANION = /-(wal|shm|journal)$/;

/**
 * Copies the embedded database while it is in use. The copy is the state of one moment, complete in a single file,
 * readable for its owner alone, and synced to the disk before it gets its name. It replaces no file, and a copy that
 * fails or is aborted leaves nothing behind.
 *
 * Only the connection that holds the exclusive lock can read the database: that of this process.
 */
export class SqliteBackup {
  private isRunning = false;

  constructor(private readonly source: SqliteFile.Database) {}

  /** Throws a `BackupError`, also while another copy is being written. */
  async writeTo(target: string, signal: AbortSignal): Promise<void> {
    if (this.isRunning) throw new BackupError('Another backup is running.');
    this.isRunning = true;
    try {
      await this.write(target, signal);
    } catch (error) {
      throw error instanceof BackupError ? error : new BackupError(reasonOf(error), { cause: error });
    } finally {
      this.isRunning = false;
    }
  }

  private async write(target: string, signal: AbortSignal): Promise<void> {
    await assertFree(target);
    const draft = `${target}.partial-${randomUUID()}`;
    const handle = await open(draft, 'wx', OWNER_FILE);
    try {
      await handle.chmod(OWNER_FILE);
      await this.copyOnceFree(draft, handle, signal);
      makeSelfContained(draft);
      await handle.sync();
      signal.throwIfAborted();
      await name(draft, target);
      await syncDirectory(dirname(target));
    } finally {
      await handle.close();
      for (const ending of ['', '-journal', '-wal', '-shm']) await rm(draft + ending, { force: true });
    }
  }

  /**
   * Repeats a copy that has not begun. SQLite copies nothing while the connection is in a transaction that writes; if
   * that is so at the first step, better-sqlite3 takes it for the last one and resolves with 0 pages and an empty
   * file.
   */
  private async copyOnceFree(draft: string, handle: FileHandle, signal: AbortSignal): Promise<void> {
    const deadline = performance.now() + BEGIN_WITHIN_MS;
    while ((await this.copyInto(draft, handle, signal)) === 0) {
      if (performance.now() > deadline) throw new BackupError('The database was busy for too long.');
      await pause(BEGIN_AGAIN_MS, signal);
    }
  }

  /**
   * Returns the number of pages copied. Flushes the copy as it grows, off the event loop: the last step flushes only
   * the remainder.
   */
  private async copyInto(draft: string, handle: FileHandle, signal: AbortSignal): Promise<number> {
    let flush: Promise<void> | undefined;
    let failure: unknown;
    const { totalPages } = await this.source.backup(draft, {
      progress: () => {
        signal.throwIfAborted();
        flush ??= handle
          .datasync()
          .catch((error: unknown) => (failure ??= error))
          .then(() => (flush = undefined));
        return PAGES_PER_STEP;
      },
    });
    await flush;
    if (failure !== undefined) throw new BackupError(reasonOf(failure), { cause: failure });
    return totalPages;
  }
}

async function assertFree(target: string): Promise<void> {
  if (!isAbsolute(target)) throw new BackupError(`${target} is not an absolute path.`);
  if (COMPANION.test(target)) throw new BackupError(`${target} is a name that SQLite uses itself.`);
  try {
    await lstat(target);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  throw occupied(target);
}

/** Gives the copy its name, unless another file has taken it meanwhile: a link, unlike a rename, replaces no file. */
async function name(draft: string, target: string): Promise<void> {
  try {
    await link(draft, target);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw occupied(target, error);
    if (!NO_HARD_LINKS.has(codeOf(error) ?? '')) throw error;
    await assertFree(target);
    await rename(draft, target);
  }
}

function occupied(target: string, cause?: unknown): BackupError {
  return new BackupError(`${target} exists. A backup replaces no file.`, { cause });
}

/** Turns off the write-ahead log, which a copy would need beside it to be read. */
function makeSelfContained(path: string): void {
  const copy = new SqliteFile(path, { timeout: 0 });
  try {
    copy.pragma('journal_mode = DELETE');
  } finally {
    copy.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? messageOf(error) : String(error);
}
