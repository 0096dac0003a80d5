const { readFileSync, statfsSync } = require('node:fs');
const { freemem } = require('node:os');

const FOLDER = '/dev/shm';
/** All test files of a run together, with a wide margin. */
const NEEDED_BYTES = 4 * 1024 ** 3;

/**
 * Puts the temporary files of tests into memory, where the machine has a file system for that with enough room: hundreds of
 * databases are created and dropped. Leaves a `TMPDIR` that is set as it is. PostgreSQL may be unpacked there, so programs
 * must be allowed to run from it.
 */
module.exports = function useMemoryFolder() {
  if (process.env.TMPDIR === undefined && isUsable()) process.env.TMPDIR = FOLDER;
};

function isUsable() {
  try {
    const mount = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .find(([, folder]) => folder === FOLDER);
    const { bavail, bsize } = statfsSync(FOLDER);
    const options = mount?.[3]?.split(',') ?? ['noexec'];
    return !options.includes('noexec') && Math.min(bavail * bsize, freemem()) >= NEEDED_BYTES;
  } catch {
    // Not Linux, or a sandbox without these files.
    return false;
  }
}
