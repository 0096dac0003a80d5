import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix, relative } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(__dirname, '../..');
const COMPOSITION_ROOT = 'src/app.module.ts';
const KINDS = { sink: 'order-log', policy: 'vip-only', channel: 'sms' } as const;
const LINES = [
  "import('./order-log/order-log.module.js').then((m) => m.OrderLogModule.use()),",
  "import('./vip-only/vip-only.module.js').then((m) => m.VipOnlyModule.use()),",
  "import('./sms/sms.module.js').then((m) => m.SmsModule.use()),",
];

/** A rule of `.dependency-cruiser.cjs`. */
interface ImportRule {
  readonly name: string;
  readonly from: { readonly path: string };
  readonly to: { readonly path: string; readonly pathNot: readonly string[] };
}

/**
 * The repository for a generator to write to: links to ours, but for the composition root and the folders that get new
 * files.
 */
function workspace(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'generators-')));
  for (const within of ['src', 'test', 'test/contract']) {
    mkdirSync(join(folder, within));
    for (const name of readdirSync(join(root, within))) {
      const path = `${within}/${name}`;
      if (path === COMPOSITION_ROOT) cpSync(join(root, path), join(folder, path));
      else if (path !== 'test/contract') symlinkSync(join(root, path), join(folder, path));
    }
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir');
  return folder;
}

/** Runs a program of Node in the workspace; rejects with everything that it said. */
async function node(folder: string, ...args: readonly string[]): Promise<string> {
  try {
    return (await run(process.execPath, [...args], { cwd: folder, maxBuffer: 10_000_000 })).stdout;
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`${message}\n${stdout}\n${stderr}`, { cause: error });
  }
}

function generate(folder: string, ...args: readonly string[]): Promise<string> {
  return node(folder, join(root, 'tools/generate.js'), ...args);
}

/** The relative imports of a file, as paths from the root. */
function importsOf(folder: string, path: string): string[] {
  const imports = readFileSync(join(folder, path), 'utf8').matchAll(/from '(\.[^']*)'/g);
  return [...imports].map(([, target = '']) => posix.join(dirname(path), `${target}.ts`));
}

describe('npm run generate', () => {
  let folder: string;
  let files: string[];

  beforeAll(async () => {
    folder = workspace();
    const said = [];
    for (const [kind, name] of Object.entries(KINDS)) said.push(await generate(folder, kind, name));
    files = said
      .flatMap((lines) => lines.split('\n'))
      .filter((path) => path !== '' && path !== COMPOSITION_ROOT);
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: join(root, 'tsconfig.json'), include: [], files }),
    );
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('writes a module, its settings and its spec for each kind, and one line to the composition root', () => {
    expect(files.filter((path) => path.endsWith('.module.ts'))).toHaveLength(3);
    expect(files.filter((path) => path.endsWith('.config.ts'))).toHaveLength(3);
    expect(files.filter((path) => path.endsWith('.spec.ts'))).toHaveLength(3);
    const ours = readFileSync(join(root, COMPOSITION_ROOT), 'utf8').split('\n');
    const theirs = readFileSync(join(folder, COMPOSITION_ROOT), 'utf8').split('\n');
    const added = theirs.filter((line) => !ours.includes(line)).map((line) => line.trim());
    expect([added, theirs.length - ours.length]).toEqual([LINES, 3]);
  });

  it('writes only what the import rules allow to an extension', () => {
    const { forbidden } = jest.requireActual<{ forbidden: ImportRule[] }>('../../.dependency-cruiser.cjs');
    const rule = forbidden.find(({ name }) => name === 'extension-imports');
    if (rule === undefined) throw new Error('There is no such rule');
    for (const path of files.filter((each) => !each.endsWith('.spec.ts'))) {
      const [, own = ''] = new RegExp(rule.from.path).exec(path) ?? [];
      const allowed = rule.to.pathNot.map((pattern) => new RegExp(pattern.replace('$1', own)));
      const foreign = importsOf(folder, path).filter((target) => !allowed.some((each) => each.test(target)));
      expect([path, foreign]).toEqual([path, []]);
    }
  });

  it('writes formatted files that type-check and pass the linter', async () => {
    const config = `import base from ${JSON.stringify(join(root, 'eslint.config.mjs'))};
      const parserOptions = { project: './tsconfig.json', tsconfigRootDir: ${JSON.stringify(folder)} };
      export default [...base, { files: ['**/*.ts'], languageOptions: { parserOptions } }];`;
    writeFileSync(join(folder, 'eslint.config.mjs'), config);
    const bin = (path: string): string => join(root, 'node_modules', path);

    const formatted = await node(
      folder,
      ...[bin('prettier/bin/prettier.cjs'), '--config', join(root, '.prettierrc.json'), '--check'],
      ...[...files, COMPOSITION_ROOT],
    );
    const typed = await node(folder, bin('typescript/bin/tsc'), '-p', '.');
    const linted = await node(folder, bin('eslint/bin/eslint.js'), '--max-warnings', '0', ...files);

    expect(formatted).toContain('All matched files use Prettier code style!');
    expect([typed, linted]).toEqual(['', '']);
  });

  it('writes specs that pass: of the channel, the contract of every channel', async () => {
    const config = `const { projects: [unit] } = require(${JSON.stringify(join(root, 'jest.config.js'))});
      const roots = [${JSON.stringify(folder)}];
      module.exports = { ...unit, testTimeout: 300_000, rootDir: ${JSON.stringify(root)}, roots, testMatch: [roots[0] + '/**/*.spec.ts'] };`;
    writeFileSync(join(folder, 'jest.config.js'), config);
    const report = join(folder, 'report.json');

    await node(
      folder,
      ...[join(root, 'node_modules/jest/bin/jest.js'), '--config', join(folder, 'jest.config.js')],
      ...['--runInBand', '--json', '--outputFile', report],
    );

    const { numPassedTests, testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
      numPassedTests: number;
      testResults: { name: string }[];
    };
    expect(testResults.map(({ name }) => relative(folder, name)).sort()).toEqual(
      files.filter((path) => path.endsWith('.spec.ts')).sort(),
    );
    expect(numPassedTests).toBeGreaterThan(25);
  });

  it.each([
    [[], 'npm run generate'],
    [['pigeon', 'a'], 'npm run generate'],
    [['sink'], 'npm run generate'],
    [['sink', 'Orders'], '"Orders" cannot be the name'],
    [['sink', '../x'], '"../x" cannot be the name'],
    [['sink', 'order-log'], 'src/order-log exists already'],
    [['channel', 'session'], 'src/session exists already'],
  ])('refuses the arguments %j and writes nothing', async (args, problem) => {
    const before = readFileSync(join(folder, COMPOSITION_ROOT), 'utf8');

    await expect(generate(folder, ...args)).rejects.toThrow(problem);

    expect(readFileSync(join(folder, COMPOSITION_ROOT), 'utf8')).toBe(before);
  });
});
