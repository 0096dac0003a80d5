import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { text } from 'node:stream/consumers';

const ROOT = resolve(__dirname, '../..');
const SOURCES = ['src', 'examples'];
const COMPOSITION_ROOT = 'src/app.module.ts';
/** The end of the imports of the composition root. */
const END_OF_IMPORTS = '      ],\n    };\n';

/** A copy of the service's sources that tests change and build. */
export class ExtendedService implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  static async copy(): Promise<ExtendedService> {
    const folder = await mkdtemp(join(tmpdir(), 'guest-extended-'));
    for (const part of [...SOURCES, 'package.json', 'tsconfig.json'])
      await cp(join(ROOT, part), join(folder, part), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
    return new ExtendedService(folder);
  }

  /** Path of the built `main.js`. */
  get entry(): string {
    return join(this.folder, 'dist-examples/src/main.js');
  }

  /** Inserts one line at the end of the imports of the composition root. */
  async addImport(line: string): Promise<void> {
    const path = join(this.folder, COMPOSITION_ROOT);
    const source = await readFile(path, 'utf8');
    const end = source.indexOf(END_OF_IMPORTS);
    if (end === -1) throw new Error(`The end of the imports is not found in ${COMPOSITION_ROOT}`);
    await writeFile(path, `${source.slice(0, end)}${line}\n${source.slice(end)}`);
  }

  /** Returns the differences from the original sources, by line: `src/app.module.ts: + a new line`. */
  async differences(): Promise<string[]> {
    const paths = new Set([...(await sourcesOf(ROOT)), ...(await sourcesOf(this.folder))]);
    const found = await Promise.all(
      [...paths].map(async (path) => {
        const [ours, theirs] = await Promise.all([
          linesOf(join(ROOT, path)),
          linesOf(join(this.folder, path)),
        ]);
        return differencesOf(ours, theirs).map((difference) => `${path}: ${difference}`);
      }),
    );
    return found.flat();
  }

  /** Checks the types and builds with the command of `npm run build:examples`; throws with the compiler's output. */
  async build(): Promise<void> {
    const compiler = require.resolve('typescript/bin/tsc');
    const child = spawn(process.execPath, [compiler, '-p', 'examples/tsconfig.build.json'], {
      cwd: this.folder,
    });
    const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    if (code !== 0) throw new Error(`The extended service does not compile:\n${said}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function sourcesOf(folder: string): Promise<string[]> {
  const entries = await Promise.all(
    SOURCES.map((part) => readdir(join(folder, part), { recursive: true, withFileTypes: true })),
  );
  return entries
    .flat()
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** Returns no lines for a missing file. */
async function linesOf(path: string): Promise<string[]> {
  return (await readFile(path, 'utf8').catch(() => '')).split('\n');
}

/** Returns the lines between the common start and the common end of two texts. */
function differencesOf(before: readonly string[], after: readonly string[]): string[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const gone = before.slice(head, before.length - tail).map((line) => `- ${line.trim()}`);
  const added = after.slice(head, after.length - tail).map((line) => `+ ${line.trim()}`);
  return [...gone, ...added];
}
