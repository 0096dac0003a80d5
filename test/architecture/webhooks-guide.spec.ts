import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EventInbox } from '../../examples/webhook-receiver/event-inbox';
import { readEvent } from '../../examples/webhook-receiver/received-event';
import { SignatureVerifier } from '../../examples/webhook-receiver/signature-verifier';
import { secretOf, signedHeaders } from '../../examples/webhook-receiver/signing.fake';
import { WebhookReceiver } from '../../examples/webhook-receiver/webhook-receiver';
import { SchemaRules } from '../support/generated/schema-rules';
import type { Json } from '../support/openapi-reader';
import type { Schema } from '../support/openapi-schema-changes';
import { runnableLanguages, type SignedRequest, VERIFIERS, verifyWith } from '../support/signature-programs';

const root = join(__dirname, '../..');
const guide = read('docs/webhooks.md');
/** A snippet comes below the name of the file that it is. */
const SNIPPET = /^`(examples\/[^`]+)`\n\n```\w+\n([^]*?)```$/gm;
const SAMPLE = /^```json\n([^]*?)```$/gm;
const SCRIPT = 'sign-webhook.sh';
const LIMITS = { timeout: 120_000 };
const HOUR_MS = 3_600_000;

const [OLD, NEW, OTHER] = ['a', 'b', 'c'].map(secretOf) as [string, string, string];
const run = promisify(execFile);

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

describe('docs/webhooks.md', () => {
  const samples = [...guide.matchAll(SAMPLE)].map(([, text = '']) => text);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'webhooks-guide-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('shows the verifier of each language as it is in the example', () => {
    const snippets = [...guide.matchAll(SNIPPET)].map(([, path = '', code = '']) => ({ path, code }));

    expect(snippets).toHaveLength(1 + readdirSync(VERIFIERS).length);
    for (const { path, code } of snippets) expect(code).toBe(read(path));
  });

  it('has a sample of every family of events, which the example can read', () => {
    const families = samples.map((text) => {
      const { id, type } = JSON.parse(text) as { id: string; type: string };
      expect(readEvent(id, text)).toMatchObject({ id, type });
      return type.split('.')[0];
    });

    expect(new Set(families)).toEqual(new Set(['session', 'assignment', 'message', 'webhook']));
  });

  it('shows a message as the API does', () => {
    const document = JSON.parse(read('docs/openapi.json')) as Json & {
      components: { schemas: { MessageResponse: Schema } };
    };
    const messages = samples
      .map((text) => JSON.parse(text) as { type: string; data: unknown })
      .filter(({ type }) => type.startsWith('message.'));

    expect(messages).toHaveLength(1);
    const rules = new SchemaRules(document);
    expect(rules.breach(document.components.schemas.MessageResponse, messages[0]?.data)).toBeUndefined();
  });

  it('names every setting of the example', () => {
    const [, settings = ''] = /const \{([^}]*)\} = variables/.exec(
      read('examples/webhook-receiver/receiver.config.ts'),
    ) ?? [''];
    const names = settings.match(/[A-Z_]{3,}/g) ?? [];

    expect(names).toHaveLength(3);
    for (const name of names) expect(guide).toContain(`\n| \`${name}\` `);
  });

  it.each(runnableLanguages())('verifies requests in %s', async (language) => {
    const body = samples.find((text) => text.includes('Größe')) ?? '';
    const headers = signedHeaders([OLD], 'event-1', body);
    const request = { secrets: [OLD], headers, body };
    const at = (ms: number): SignedRequest => ({
      ...request,
      headers: signedHeaders([OLD], 'event-1', body, Date.now() + ms),
    });
    const valid: SignedRequest[] = [
      request,
      { ...request, headers: signedHeaders([NEW, OLD], 'event-1', body) },
      { ...request, secrets: [NEW, OLD] },
      at(-60_000),
    ];
    const invalid: SignedRequest[] = [
      { ...request, secrets: [OTHER] },
      { ...request, body: `${body} ` },
      { ...request, headers: { ...headers, 'webhook-id': 'event-2' } },
      { ...request, headers: { ...headers, 'webhook-timestamp': 'today' } },
      { ...request, headers: { ...headers, 'webhook-signature': 'v1' } },
      { ...request, headers: {} },
      at(-HOUR_MS),
      at(HOUR_MS),
    ];

    expect(await verifyWith(language, valid)).toEqual(valid.map(() => true));
    expect(await verifyWith(language, invalid)).toEqual(invalid.map(() => false));
  });

  it('signs a request in the shell as the library does', async () => {
    const body = samples[0] ?? '';
    const headers = signedHeaders([OLD], 'event-1', body);
    const file = join(folder, 'event.json');
    writeFileSync(file, body);

    const { stdout } = await run(
      'sh',
      [join(VERIFIERS, SCRIPT), 'event-1', headers['webhook-timestamp'] ?? '', file],
      { ...LIMITS, env: { ...process.env, WEBHOOK_SECRET: OLD } },
    );

    expect(stdout).toBe(`${headers['webhook-signature']}\n`);
  });

  it('sends a signed event to the example with curl', async () => {
    const [, commands = ''] = /```sh\n(id=[^]*?)```/.exec(guide) ?? [];
    const inbox = new EventInbox(':memory:', () => undefined);
    const receiver = new WebhookReceiver(new SignatureVerifier([OLD]), inbox, () => undefined);
    copyFileSync(join(VERIFIERS, SCRIPT), join(folder, SCRIPT));
    try {
      const port = await receiver.listen(0, '127.0.0.1');
      const { stdout } = await run('sh', ['-euc', commands.replace(':8080/', `:${port}/`)], {
        ...LIMITS,
        cwd: folder,
        env: { ...process.env, WEBHOOK_SECRET: OLD },
      });

      expect(stdout).toMatch(/^HTTP\/1.1 204 /);
    } finally {
      await receiver.close();
      inbox.close();
    }
  });
});
