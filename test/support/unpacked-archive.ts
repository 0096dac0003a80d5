import { execFile } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { writeArchive } from '../../tools/release/archive';

const run = promisify(execFile);
const root = resolve(__dirname, '../..');

/** The content of the service's archive in a folder of its own, with the packages of the checkout instead of installed ones. */
export class UnpackedArchive implements AsyncDisposable {
  readonly entry: string;

  private constructor(readonly folder: string) {
    this.entry = join(folder, 'dist/main.js');
  }

  static async unpack(): Promise<UnpackedArchive> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'guest-sessions-archive-')));
    writeArchive(root, folder);
    return new UnpackedArchive(folder);
  }

  /** The packages that `npm ci --omit=dev` would install. Throws if the two manifests disagree. Needs no network. */
  async installation(): Promise<string[]> {
    const options = ['--omit=dev', '--dry-run', '--offline', '--ignore-scripts', '--loglevel=notice'];
    const { stdout } = await run('npm', ['ci', ...options], { cwd: this.folder });
    return [...stdout.matchAll(/^add (\S+) \S+$/gm)].map(([, name = '']) => name);
  }

  /** Makes the packages of the checkout resolvable from the folder. */
  async link(): Promise<void> {
    await symlink(join(root, 'node_modules'), join(this.folder, 'node_modules'), 'dir');
  }

  /** The commands of its package.json. */
  async scripts(): Promise<Record<string, string>> {
    const text = await readFile(join(this.folder, 'package.json'), 'utf8');
    return (JSON.parse(text) as { scripts: Record<string, string> }).scripts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
