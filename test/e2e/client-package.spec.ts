import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { World } from '../../src/world';
import { PackedClient } from '../support/packed-client';

const README = resolve(__dirname, '../../client/README.md');
const REQUIRING = `import { GuestSessionsClient } from '@genesys-guest-sessions/client';
import { WebhookVerifier } from '@genesys-guest-sessions/client/webhooks';
const client = new GuestSessionsClient({ baseUrl: SERVICE_URL });
void client.listSessions({ limit: 1 }).then(({ items }) => {
  console.log(Array.isArray(items), typeof WebhookVerifier);
});`;
const MISTAKING = `import { GuestSessionsClient } from '@genesys-guest-sessions/client'; const client = new GuestSessionsClient({ baseUrl: '' });`;
const MISTAKES = {
  'a request without a required field': `void client.openSession({ name: 'Alice' });`,
  'a field that the API does not know': `void client.openSession({ queueId: 'support', nickname: 'Al' });`,
  'a state that does not exist': `void client.listSessions({ state: 'sleeping' });`,
  'a field of the opening alone': `void client.getSession('1').then((session) => session.guestIdToken);`,
  'a field that may be absent': `void client.getSession('1').then(({ endReason }) => endReason.length);`,
  'a path that does not exist': `void client.api.GET('/v1/rooms');`,
  'a method that the path does not have': `void client.api.PUT('/v1/limits');`,
  'a missing parameter': `void client.api.GET('/v1/sessions/{conversationId}');`,
  'an unknown field in the body of any operation': `void client.api.POST('/v1/webhooks', { body: { url: '', hue: '' } });`,
  'an unknown type of events': `client.events({ types: ['gossip'] });`,
};

let world: World;
let caller: PackedClient;
let errors: readonly string[];
beforeAll(async () => {
  world = await World.start({ environment: { LOG_LEVEL: 'error' } });
  caller = await PackedClient.install();
  await caller.write('readme.ts', await programOfReadme());
  await caller.write('requiring.cts', `const SERVICE_URL = '${world.url}';\n${REQUIRING}`);
  await caller.write('mistakes.ts', [MISTAKING, ...Object.values(MISTAKES)].join('\n'));
  errors = await caller.compile();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await caller[Symbol.asyncDispose]();
});

/** The TypeScript of the README as one program. */
async function programOfReadme(): Promise<string> {
  const text = await readFile(README, 'utf8');
  const snippets = [...text.matchAll(/```ts\n([^]*?)```/g)].map(([, snippet]) => snippet);
  const settings = {
    SERVICE_URL: world.url,
    API_KEY: 'none',
    WEBHOOK_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}`,
  };
  const constants = Object.entries(settings).map(([name, value]) => `const ${name} = '${value}';`);
  const uses = `console.log('ended', endReason, receive(new Uint8Array(), {}));`;
  return [...constants, ...snippets, uses].join('\n');
}

describe('the packed client in a folder of its own', () => {
  it('compiles, except for the mistakes of a caller', () => {
    expect(errors).toEqual(Object.keys(MISTAKES).map((_, index) => `mistakes.ts(${index + 2}`));
  });

  it('runs the README', async () => {
    const lines = (await caller.run('readme.js')).trimEnd().split('\n');

    expect(lines.at(0)).toMatch(/^[0-9a-f-]{36} active$/);
    expect(lines.at(1)).toMatch(/^404 session-not-found \S+ \[\]$/);
    expect(lines.at(-2)).toMatch(/^[\w-]{43}$/);
    expect(lines.at(-1)).toBe('ended requested 401');
  });

  it('can be required by a CommonJS program', async () => {
    expect(await caller.run('requiring.cjs')).toBe('true function\n');
  });
});
