import { execFile } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = resolve(__dirname, '../..');
const COMPILER = join(root, 'node_modules/typescript/bin/tsc');
const CLIENT = '@genesys-guest-sessions/client';
const OFFLINE = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
/** The strictest settings that a caller may have; the types of the package and of its dependencies are checked too. */
const COMPILER_OPTIONS = {
  ...{
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023', 'dom'],
    types: [],
    rootDir: '.',
    outDir: 'built',
  },
  ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false },
};

/**
 * The client package as a caller has it: packed, and installed in an empty folder. Nothing comes from the network: its
 * dependencies are packed from `node_modules`.
 */
export class PackedClient implements AsyncDisposable {
  private constructor(private readonly folder: string) {}

  static async install(): Promise<PackedClient> {
    // The real path: npm writes relative paths between folders.
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'guest-sessions-client-')));
    await writeFile(join(folder, 'package.json'), '{"type":"module","private":true}');
    const names = [CLIENT, ...(await dependenciesOf(CLIENT))];
    const folders = names.map((name) => join(root, name === CLIENT ? 'client' : `node_modules/${name}`));
    await run('npm', ['run', '--silent', 'build:client'], { cwd: root });
    const { stdout } = await run('npm', [
      'pack',
      '--json',
      ...OFFLINE,
      '--pack-destination',
      folder,
      ...folders,
    ]);
    await run('npm', ['install', ...OFFLINE, ...filesIn(stdout).map((name) => `./${name}`)], { cwd: folder });
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: ['*.ts', '*.cts'] }),
    );
    return new PackedClient(folder);
  }

  write(name: string, text: string): Promise<void> {
    return writeFile(join(this.folder, name), text);
  }

  /** Compiles all programs, also those with errors, and returns the errors as `file.ts(line`. */
  async compile(): Promise<string[]> {
    try {
      await run(process.execPath, [COMPILER, '-p', this.folder], { cwd: this.folder });
      return [];
    } catch (error) {
      const { stdout = '' } = error as { stdout?: string };
      return stdout.match(/^\S+\(\d+/gm) ?? [String(error)];
    }
  }

  /** Runs a compiled program and returns its output. */
  async run(name: string): Promise<string> {
    return (await run(process.execPath, [join(this.folder, 'built', name)])).stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The names of all dependencies of an installed package. */
async function dependenciesOf(name: string): Promise<string[]> {
  const manifest = await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8');
  const { dependencies = {} } = JSON.parse(manifest) as { dependencies?: Record<string, string> };
  const names = Object.keys(dependencies);
  return [...names, ...(await Promise.all(names.map(dependenciesOf))).flat()];
}

/** The names of the files that `npm pack --json` wrote. */
function filesIn(report: string): string[] {
  const packed = JSON.parse(report) as unknown;
  return Object.values(packed as Record<string, { filename: string }>).map(({ filename }) => filename);
}
