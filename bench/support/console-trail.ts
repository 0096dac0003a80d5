import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { CHAIN_COUNT, chainOf, linked } from '../../src/audit/domain/audit-chain';
import { type ChainLink, CHAIN_START } from '../../src/audit/domain/chain-link';
import type { AuditAction, AuditRecord } from '../../src/audit/domain/audit-record';
import { toAuditRow } from '../../src/persistence/audit/audit.mapper';
import type { AuditRecordTable, Database, WebhookTable } from '../../src/persistence/database/database';
import { sealedSecrets, sealedUrl } from '../../src/persistence/webhook/webhook.mapper';
import { numbers } from './backlog';
import { insertRows } from './bulk-insert';
import { CALLERS, uuid } from './console-sessions';
import type { ConsoleStorage } from './console-storage';

const MINUTE_MS = 60_000;
const BUCKETS = 10;
const SESSIONS_AT_ONCE = 5_000;

type Audited = Pick<Database['session'], 'conversation_id' | 'created_at' | 'owner' | 'state'>;

/** Appends the records of each session, chained as the service does, the oldest session first. */
export async function writeTrail({ db }: ConsoleStorage): Promise<void> {
  const heads = new Map<number, ChainLink>(
    Array.from({ length: CHAIN_COUNT }, (_, chain) => [chain, CHAIN_START]),
  );
  let last = 0;
  for (;;) {
    const sessions = await sessionsAfter(db, last);
    const rows = sessions.flatMap((session) => recordsOf(session, heads));
    if (rows.length === 0) break;
    await insertRows(db, 'audit_record', rows);
    last = sessions.at(-1)?.created_at ?? last;
  }
  for (const [chain, { seq, hash }] of heads)
    await db.updateTable('audit_head').set({ seq, hash }).where('chain', '=', chain).execute();
}

function sessionsAfter(db: Kysely<Database>, createdAt: number): Promise<Audited[]> {
  return db
    .selectFrom('session')
    .select(['conversation_id', 'created_at', 'owner', 'state'])
    .where('created_at', '>', createdAt)
    .orderBy('created_at')
    .limit(SESSIONS_AT_ONCE)
    .execute();
}

/** Replaces the head of the chain by the last record. */
function recordsOf(
  { conversation_id: id, created_at: at, owner, state }: Audited,
  heads: Map<number, ChainLink>,
): AuditRecordTable[] {
  const chain = chainOf(id);
  const actions: readonly AuditAction[] = [
    'SESSION_INITIALIZED',
    'CRM_SYNC_SUCCESS',
    ...(state === 'failed' ? (['SESSION_FAILED'] as const) : []),
    ...(state === 'terminated' ? (['SESSION_END_REQUESTED', 'SESSION_TERMINATED'] as const) : []),
  ];
  return actions.map((action, index) => {
    const record: AuditRecord = linked(
      {
        schema: 1,
        chain,
        at: new Date(at + index).toISOString(),
        actor:
          action === 'CRM_SYNC_SUCCESS' ? { type: 'service', name: '' } : { type: 'caller', name: owner },
        action,
        target: { type: 'session', id },
        conversationId: id,
        outcome: action === 'SESSION_FAILED' ? 'failure' : 'success',
        reason: null,
        requestId: randomUUID(),
        before: null,
        after: null,
        detail: { channel: 'conversations-messaging' },
      },
      heads.get(chain) ?? CHAIN_START,
    );
    heads.set(chain, record);
    return toAuditRow(record);
  });
}

/** Writes the figures of minutes before now for three replicas. */
export async function writeStatistics({ db }: ConsoleStorage, minutes: number, now: number): Promise<void> {
  const [table, minute] = numbers(minutes);
  const last = Math.floor(now / MINUTE_MS) * MINUTE_MS;
  const buckets = ['lateness', 'delay'].flatMap((name) =>
    Array.from({ length: BUCKETS }, (_, index) => `${name}:${index * 3}`),
  );
  const names = ['live', 'opened', 'ended:requested', 'ended:agent-ended', 'failed:upstream-unavailable'];
  for (const replica of ['replica-a', 'replica-b', 'replica-c'])
    for (const name of [...names, 'budget:bench-client', ...buckets])
      await sql`
        insert into statistic (minute, replica, name, value)
        with recursive ${table}
        select ${sql.lit(last)} - ${minute} * ${sql.lit(MINUTE_MS)}, ${sql.lit(replica)}, ${sql.lit(name)}, 1 from numbers`.execute(
        db,
      );
}

/** Writes paused webhooks, and deliveries of the newest; returns the id of that one. */
export async function writeWebhooks(
  { db, dialect, cipher }: ConsoleStorage,
  count: number,
  deliveries: number,
  now: number,
): Promise<string> {
  const rows = Array.from({ length: count }, (_, index): WebhookTable => {
    const id = randomUUID();
    return {
      id,
      owner: CALLERS[index % CALLERS.length] ?? '',
      url: sealedUrl(cipher, id, `https://receiver-${index}.example/events`),
      description: '',
      types: JSON.stringify(['session.*']),
      sessions: 'own',
      status: 'paused',
      status_reason: 'caller',
      secrets: sealedSecrets(cipher, id, [{ secret: 'whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ=' }]),
      from_position: 0,
      created_at: now - index,
      updated_at: now,
      verified_at: now,
      failing_since: null,
      quiet_until: null,
      failing_until: null,
    };
  });
  await insertRows(db, 'webhook', rows);
  const id = rows[0]?.id ?? '';
  const [table, number] = numbers(deliveries);
  await sql`
    insert into webhook_delivery (webhook_id, event_id, conversation_id, sequence, type, occurred_at, status, attempts,
      queued_at, settled_at)
    with recursive ${table}
    select ${sql.lit(id)}, ${uuid(dialect)}, ${sql.lit(randomUUID())}, ${number}, 'session.connected',
      ${sql.lit(now)} - ${number}, case when ${number} % 5000 = 0 then 'dead' else 'delivered' end, 0,
      ${sql.lit(now)} - ${number}, ${sql.lit(now)} from numbers`.execute(db);
  return id;
}
