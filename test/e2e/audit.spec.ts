import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { sql } from 'kysely';
import type { AuditRecord } from '../../src/audit/domain/audit-record';
import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { aCaller, allBut, bearer, keysOf } from '../support/callers';
import { LogCapture } from '../support/log-capture';
import { until } from '../support/until';

const ENTRY = resolve(__dirname, '../../dist/audit-verify.js');

const billing = aCaller('billing', allBut('audit.read'));
const shop = aCaller('shop', ['sessions.read', 'sessions.end']);
const auditor = aCaller('auditor', ['audit.read']);

let world: World;
let folder: string;
let api: ApiClient;
let audit: ApiClient;

beforeAll(async () => {
  world = await World.start({ logOutput: new LogCapture(), environment: keysOf(billing, shop, auditor) });
  folder = await mkdtemp(join(tmpdir(), 'guest-audit-'));
  api = new ApiClient(world.url, billing.headers);
  audit = new ApiClient(world.url, auditor.headers);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function list(query: string): Promise<{ items: AuditRecord[]; nextCursor: string | null }> {
  const { status, body } = await audit.request('GET', `/v1/audit${query}`);
  expect(status).toBe(200);
  return body as never;
}

/** Saves an export to a file as an auditor would, and returns its path. */
async function exportTo(name: string): Promise<string> {
  const response = await fetch(`${world.url}/v1/audit/export`, { headers: auditor.headers });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('application/x-ndjson');
  const path = join(folder, name);
  await writeFile(path, await response.text());
  return path;
}

/** Returns the verifier's exit code and its output. */
function verify(file: string, ...more: readonly string[]): Promise<string> {
  if (!existsSync(ENTRY)) throw new Error(`${ENTRY} does not exist: run "npm run build" first.`);
  return new Promise((resolveWith) => {
    const child = execFile(process.execPath, [ENTRY, '--file', file, ...more], (_, stdout, stderr) => {
      resolveWith(`${String(child.exitCode)} ${stdout}${stderr}`.trim());
    });
  });
}

describe('the audit trail over HTTP', () => {
  it('shows the callers that opened and ended a session, their requests, and the results', async () => {
    const { body } = await api.open({}, { 'x-request-id': 'order-1' });
    const conversationId = String(body['conversationId']);
    await api.request('DELETE', `/v1/sessions/${conversationId}`, undefined, { 'x-request-id': 'order-2' });
    await until(async () => (await list(`?conversationId=${conversationId}`)).items.length === 5);

    const { items } = await list(`?conversationId=${conversationId}`);
    const story = items.map(({ action, actor, requestId, before, after }) =>
      [action, actor.type, actor.name, requestId, before, after].join(' '),
    );
    expect(new Set(story)).toEqual(
      new Set([
        'SESSION_INITIALIZED caller billing order-1 connecting active',
        'SESSION_END_REQUESTED caller billing order-2 active terminating',
        'SESSION_TERMINATED caller billing order-2 terminating terminated',
        'CRM_SYNC_SUCCESS service guest-sessions  pending delivered',
      ]),
    );
    for (const { target } of items) expect(target.id).not.toBe('');
  });

  it('lists matching records in pages, with a cursor that is valid for that query only', async () => {
    for (let count = 0; count < 4; count += 1) await api.opened();
    const query = '?action=SESSION_INITIALIZED&actor=billing';
    const all = (await list(query)).items;
    const pages: AuditRecord[] = [];
    let cursor = '';
    do {
      const page: { items: AuditRecord[]; nextCursor: string | null } = await list(
        `${query}&limit=2${cursor}`,
      );
      pages.push(...page.items);
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
    } while (cursor !== '');
    const { nextCursor } = await list(`${query}&limit=2`);
    const elsewhere = await audit.request('GET', `/v1/audit?limit=2&cursor=${String(nextCursor)}`);

    expect([elsewhere.status, elsewhere.body['code']]).toEqual([400, 'validation-failed']);
    expect(all.length).toBeGreaterThanOrEqual(4);
    expect(pages).toEqual(all);
  });

  it.each(['?action=NOTHING', '?from=yesterday', '?conversationId=1', '?actor=', '?limit=0', '?who=me'])(
    'refuses %s',
    async (query) => {
      const { status, body } = await audit.request('GET', `/v1/audit${query}`);
      expect([status, body['code']]).toEqual([400, 'validation-failed']);
    },
  );

  it.each(["billing' or '1'='1", "'; drop table audit_record; --", 'bill%', 'b_lling', '\\'])(
    'matches the name %j literally, not as a pattern or a statement',
    async (name) => {
      for (const filter of ['actor', 'target']) {
        expect(await list(`?${filter}=${encodeURIComponent(name)}`)).toEqual({ items: [], nextCursor: null });
      }
    },
  );

  it('records the first refusal of a minute for each caller, route and reason', async () => {
    const conversationId = await api.opened();
    const stranger = new ApiClient(world.url, shop.headers);
    for (let count = 0; count < 5; count += 1) {
      expect((await new ApiClient(world.url, bearer('ggs_nobody_x')).get(conversationId)).status).toBe(401);
      expect((await stranger.open()).status).toBe(403);
      expect((await stranger.get(conversationId)).status).toBe(404);
      expect((await stranger.end(conversationId)).status).toBe(404);
    }
    await until(async () => (await list('?outcome=denied')).items.length >= 4);

    const { items } = await list('?outcome=denied');
    expect(
      new Set(
        items.map(({ actor, target, reason }) => [actor.type, actor.name, target.id, reason].join(' ')),
      ),
    ).toEqual(
      new Set([
        'unknown  GET /v1/sessions/:conversationId malformed',
        'caller shop POST /v1/sessions insufficient-scope',
        'caller shop DELETE /v1/sessions/:conversationId out-of-reach',
        'caller shop GET /v1/sessions/:conversationId out-of-reach',
      ]),
    );
  });

  it('exports a trail that can be verified without the service, and that reveals changes', async () => {
    const path = await exportTo('whole.ndjson');
    expect(await verify(path)).toMatch(/^0 The export is whole: \d+ records\.$/);
    const text = await readFile(path, 'utf8');
    const lines = text.trimEnd().split('\n');
    const at = lines.findIndex((line) => line.includes('"action":"SESSION_TERMINATED"'));
    const { chain, seq } = JSON.parse(lines[at] ?? '{}') as AuditRecord;

    const edited = join(folder, 'edited.ndjson');
    await writeFile(edited, text.replace('"after":"terminated"', '"after":"disconnected"'));
    expect(await verify(edited)).toBe(
      `1 Line ${at + 1}, record ${chain}/${seq}: changed: its hash is not that of its content.`,
    );
    const cut = join(folder, 'cut.ndjson');
    await writeFile(cut, lines.slice(0, -1).join('\n'));
    expect(await verify(cut)).toMatch(/^1 Line \d+, record \d+\/\d+: missing/);
    expect(await verify(join(folder, 'nothing.ndjson'))).toMatch(/^2 /);
    const [exported] = (await list('?action=AUDIT_EXPORTED')).items;
    expect(exported).toMatchObject({ actor: { type: 'caller', name: 'auditor' } });
  });

  it('reveals changes in the database itself, also covered-up ones', async () => {
    const earlier = await exportTo('earlier.ndjson');
    const { items } = await list('?action=SESSION_END_REQUESTED');
    const [victim] = items;
    if (victim === undefined) throw new Error('No record to change');
    const { db } = world.app.get(DatabaseConnection);
    await sql`drop trigger audit_record_update`.execute(db);
    await db
      .updateTable('audit_record')
      .set({ actor_name: 'shop' })
      .where('chain', '=', victim.chain)
      .where('seq', '=', victim.seq)
      .execute();

    const name = `${victim.chain}/${victim.seq}`;
    expect(await verify(await exportTo('forged.ndjson'))).toContain(`record ${name}: changed`);

    await sql`drop trigger audit_record_delete`.execute(db);
    await db.deleteFrom('audit_record').where('chain', '=', victim.chain).execute();
    const zero = { seq: 0, hash: '0'.repeat(64) };
    await db.updateTable('audit_head').set(zero).where('chain', '=', victim.chain).execute();
    const gone = await exportTo('gone.ndjson');
    expect(await verify(gone)).toMatch(/^0 /);
    expect(await verify(gone, '--since', earlier)).toContain(
      `record ${victim.chain}/0: missing: an earlier export has records after it`,
    );
  });
});
