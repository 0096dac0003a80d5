import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { World } from '../../src/world';
import { ServiceProcess } from '../support/service-process';

const run = promisify(execFile);
const root = resolve(__dirname, '../..');
const NODE = process.execPath;
const GENERATOR = join(root, 'node_modules/openapi-typescript/bin/cli.js');
const COMPILER = join(root, 'node_modules/typescript/bin/tsc');

let world: World;
let folder: string;
beforeAll(async () => {
  world = await World.start({ environment: { LOG_LEVEL: 'error' } });
  folder = await mkdtemp(join(tmpdir(), 'guest-sessions-client-'));
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

describe('docs/openapi.json', () => {
  it('is what the built service serves', async () => {
    const environment = { ...world.environment, DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'info' };
    const service = await ServiceProcess.start(environment);
    try {
      const served: unknown = await (await fetch(`${service.url}/openapi.json`)).json();

      expect(JSON.parse(await readFile(join(root, 'docs/openapi.json'), 'utf8'))).toEqual(served);
    } finally {
      await service.kill();
    }
  });
});

describe('a client in the types of /openapi.json', () => {
  const compile = (): Promise<unknown> => run(NODE, [COMPILER, '-p', folder], { cwd: folder });

  beforeAll(async () => {
    const options = {
      ...{ module: 'esnext', moduleResolution: 'bundler', target: 'es2023', lib: ['es2023', 'dom'] },
      ...{ strict: true, exactOptionalPropertyTypes: true, types: [], rootDir: '.', outDir: 'built' },
    };
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: options, include: ['*.ts'] }),
    );
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    const described = `${world.url}/openapi.json`;
    await run(NODE, [GENERATOR, described, '--default-non-nullable=false', '-o', join(folder, 'api.d.ts')]);
    await copyFile(join(root, 'docs/client/session-life.ts'), join(folder, 'session-life.ts'));
  });

  it('compiles, and opens, uses and ends a session', async () => {
    await compile();
    const program = join(folder, 'built/session-life.js');
    const { stdout } = await run(NODE, [
      '--input-type=module',
      '--eval',
      `import { sessionLife } from ${JSON.stringify(program)};
       console.log(JSON.stringify(await sessionLife(${JSON.stringify(world.url)})));`,
    ]);

    expect(JSON.parse(stdout)).toEqual({
      hasToken: true,
      isSameAgain: true,
      shown: 'active',
      isListed: true,
      ended: 'requested',
      refusal: 'session-not-found',
    });
  });

  it('does not compile with a mistake of a caller', async () => {
    const mistakes = {
      'a request without what it must have': `void client.open({ name: 'Alice' });`,
      'a field that the API does not know': `void client.open({ queueId: 'support', nickname: 'Al' });`,
      'a state that there is not': `void client.list({ state: 'sleeping' });`,
      'a field of the opening alone': `void client.get('1').then((session) => session.guestIdToken);`,
      'no care for what may be absent': `void client.get('1').then(({ endReason }) => endReason.length);`,
    };
    const setting = `import { SessionsClient } from './session-life.js';\nconst client = new SessionsClient('');\n`;
    await writeFile(join(folder, 'mistakes.ts'), setting + Object.values(mistakes).join('\n'));
    const lines = Object.values(mistakes).map((_, index) => `mistakes.ts(${index + 3}`);

    const refusal = await compile().catch((error: unknown) => error);
    const found = String((refusal as { stdout?: string }).stdout).match(/^[\w.]+\(\d+/gm);

    expect(found).toEqual(lines);
  });
});
