const { execFileSync } = require('node:child_process');
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');

const ROOT = join(__dirname, '../..');

/** The commit of the sources: that of `COMMIT`, as the image is built without a repository, or that of the work tree. */
function commit() {
  if (process.env.COMMIT) return process.env.COMMIT;
  try {
    const options = { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
    return execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], options).trim();
  } catch {
    // An archive of the sources has no repository.
    return 'unknown';
  }
}

writeFileSync(join(ROOT, 'dist/build-info.json'), `${JSON.stringify({ commit: commit() })}\n`);
