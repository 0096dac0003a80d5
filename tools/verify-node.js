// Verifies the committed work tree on another version of Node.js: npm run verify:node -- 24 [JEST OPTIONS]
const { execFileSync, spawn } = require('node:child_process');
const { mkdtempSync, rmSync } = require('node:fs');
const { constants, tmpdir } = require('node:os');
const { delimiter, join } = require('node:path');

const ROOT = join(__dirname, '..');
const USAGE = `npm run verify:node -- MAJOR [JEST OPTIONS]

Copies the last commit into a temporary folder, installs there the newest Node.js of this major version from the npm
registry, and runs npm ci and npm run verify with it. With options it builds, and runs Jest with them instead:
  npm run verify:node -- 24 --selectProjects unit`;
const USAGE_STATUS = 64;
const OLDEST = 20;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** Processes of an interrupted run may write for a moment longer. */
const REMOVAL = { recursive: true, force: true, maxRetries: 10, retryDelay: 200 };

/** A step that failed, with its exit status. */
class StepError extends Error {
  constructor(status) {
    super(`Exit status ${status}`);
    this.status = status;
  }
}

/** Runs commands one after the other, and passes signals on to the one that runs, with all of its processes. */
class Steps {
  interrupted = undefined;
  child = undefined;

  constructor(options) {
    this.options = options;
    for (const signal of SIGNALS) process.on(signal, () => this.stop(signal));
  }

  run(command, ...args) {
    return new Promise((done, fail) => {
      if (this.interrupted !== undefined) throw new StepError(this.interrupted);
      // A group of its own: a terminal interrupts this process alone, which waits for the end of the others.
      this.child = spawn(command, args, { ...this.options, stdio: 'inherit', detached: true });
      this.child.once('error', fail);
      this.child.once('close', (code) => {
        const status = this.interrupted ?? code ?? 1;
        this.child = undefined;
        if (status === 0) done();
        else fail(new StepError(status));
      });
    });
  }

  stop(signal) {
    this.interrupted = 128 + constants.signals[signal];
    if (this.child?.pid !== undefined) process.kill(-this.child.pid, signal);
  }
}

/** Returns the exit status of the verification. */
async function verify(major, options) {
  const folder = mkdtempSync(join(tmpdir(), `guest-sessions-node-${major}-`));
  const started = performance.now();
  try {
    await runIn(folder, major, options);
    return 0;
  } catch (error) {
    if (error instanceof StepError) return error.status;
    throw error;
  } finally {
    rmSync(folder, REMOVAL);
    const seconds = Math.round((performance.now() - started) / 1000);
    process.stdout.write(`Node.js ${major}: ${seconds} s\n`);
  }
}

async function runIn(folder, major, options) {
  const node = join(folder, 'node_modules', nodePackage());
  const work = join(folder, 'work');
  const path = [join(node, 'bin'), process.env.PATH].join(delimiter);
  // The headers for addons that are compiled come with the package.
  const steps = new Steps({ cwd: folder, env: { ...process.env, PATH: path, npm_config_nodedir: node } });
  await steps.run('git', 'clone', '--quiet', ROOT, work);
  await steps.run('npm', 'install', '--prefix', folder, '--ignore-scripts', `${nodePackage()}@${major}`);
  await steps.run('node', '--version');
  steps.options.cwd = work;
  await steps.run('npm', 'ci');
  if (options.length === 0) return steps.run('npm', 'run', 'verify');
  await steps.run('npm', 'run', '--silent', 'build');
  // Groups of specs have no paths of their own.
  if (!options.some((option) => option.startsWith('--testPath'))) steps.options.env.SPECS = 'grouped';
  return steps.run('npx', 'jest', ...options);
}

/** The package that holds Node.js for this machine. */
function nodePackage() {
  return `node-${process.platform}-${process.arch}`;
}

/** A change that is not committed is not verified. */
function warnOfChanges() {
  const changes = execFileSync('git', ['status', '--porcelain'], { cwd: ROOT, encoding: 'utf8' });
  if (changes !== '') process.stderr.write('Uncommitted changes are left out.\n');
}

async function main([major = '', ...options]) {
  if (!/^\d\d$/.test(major) || Number(major) < OLDEST) {
    process.stderr.write(`${USAGE}\n`);
    return USAGE_STATUS;
  }
  warnOfChanges();
  return verify(major, options);
}

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  },
);
