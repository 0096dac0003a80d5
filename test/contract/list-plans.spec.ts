import { type Kysely, sql } from 'kysely';
import { writeSessions } from '../../bench/support/console-sessions';
import { writeTrail } from '../../bench/support/console-trail';
import type { AuditQuery } from '../../src/audit/ports/audit-trail';
import { auditListing } from '../../src/persistence/audit/audit-listing';
import type { Database } from '../../src/persistence/database/database';
import { DataCipher } from '../../src/persistence/guest/data-cipher';
import { GuestDataEncryption } from '../../src/persistence/guest/guest-data-encryption';
import { deliveryListing } from '../../src/persistence/outbox/delivery-listing';
import { listing } from '../../src/persistence/session/session-listing';
import type { SessionQuery } from '../../src/session/ports/session.store';
import type { DeliveryQuery } from '../../src/sync/ports/delivery-admin.store';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';

const NOW = 1_800_000_000_000;
const SESSIONS = 5_000;
const ID = '00000000-0000-4000-8000-000000000000';

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

interface Explainable {
  explain<Row extends object>(format: 'json' | undefined, options?: ReturnType<typeof sql>): Promise<Row[]>;
}

type Listing = (db: Kysely<Database>) => Explainable;

const sessions =
  (query: Omit<SessionQuery, 'limit'>): Listing =>
  (db) =>
    listing(db, { ...query, limit: 51 });

const deliveries =
  (query: Omit<DeliveryQuery, 'limit'>): Listing =>
  (db) =>
    deliveryListing(db, { ...query, limit: 51 });

const audit =
  (query: Omit<AuditQuery, 'limit'>): Listing =>
  (db) =>
    auditListing(db, { ...query, limit: 51 });

const SESSION = { createdAt: NOW - 1_000_000, conversationId: ID };
const DELIVERY = { queuedAt: NOW - 1_000_000, eventId: ID, sink: 'crm' };
const RECORD = { at: NOW - 1_000_000, chain: 3, seq: 1 };
const OTHERS = { from: NOW - 1_000_000, to: NOW };

/** Lists in the order of an index, by the name of that. */
const ORDERED: readonly (readonly [name: string, index: string, list: Listing])[] = [
  ['all sessions', 'session_newest', sessions({})],
  ['later sessions', 'session_newest', sessions({ after: SESSION })],
  ['sessions of a time', 'session_newest', sessions(OTHERS)],
  ['sessions of a channel', 'session_newest', sessions({ channel: 'web-messaging' })],
  ['sessions of a queue', 'session_newest', sessions({ queueId: 'queue-3' })],
  ['sessions in a state', 'session_newest_in_state', sessions({ state: 'failed' })],
  ['later sessions in a state', 'session_newest_in_state', sessions({ state: 'failed', after: SESSION })],
  ['sessions in a state of a time', 'session_newest_in_state', sessions({ state: 'failed', ...OTHERS })],
  ['own sessions', 'session_newest_of_owner', sessions({ owner: 'caller-3' })],
  ['later own sessions', 'session_newest_of_owner', sessions({ owner: 'caller-3', after: SESSION })],
  ['sessions of a caller', 'session_newest_of_owner', sessions({ caller: 'caller-3' })],
  ['all deliveries', 'delivery_newest', deliveries({})],
  ['later deliveries', 'delivery_newest', deliveries({ after: DELIVERY })],
  ['delivered events', 'delivery_newest', deliveries({ status: 'delivered' })],
  ['deliveries to a sink', 'delivery_newest', deliveries({ sink: 'crm' })],
  ['pending deliveries', 'delivery_newest_pending', deliveries({ status: 'pending' })],
  ['later pending ones', 'delivery_newest_pending', deliveries({ status: 'pending', after: DELIVERY })],
  ['dead deliveries', 'delivery_newest_dead', deliveries({ status: 'dead' })],
  ['later dead ones', 'delivery_newest_dead', deliveries({ status: 'dead', after: DELIVERY })],
  ['all audit records', 'audit_record_newest', audit({})],
  ['later audit records', 'audit_record_newest', audit({ after: RECORD })],
  ['records of a frequent action', 'audit_record_newest', audit({ action: 'SESSION_INITIALIZED' })],
  ['records of a rare action', 'audit_record_of_rare_action', audit({ action: 'GUEST_ERASED' })],
  [
    'later ones of a rare action',
    'audit_record_of_rare_action',
    audit({ action: 'GUEST_ERASED', after: RECORD }),
  ],
  ['successes', 'audit_record_newest', audit({ outcome: 'success' })],
  ['refusals', 'audit_record_without_success', audit({ outcome: 'denied' })],
];

/** Lists of few rows, found by an index and then sorted. */
const FEW: readonly (readonly [name: string, index: string, list: Listing])[] = [
  ['sessions of a caller that has few', 'session_newest_of_owner', sessions({ caller: 'retired-caller' })],
  ['sessions of a guest', 'session_of_guest', sessions({ guestRef: '0'.repeat(32) })],
  ['deliveries of a conversation', 'session_event_sequence', deliveries({ conversationId: ID })],
  ['failing deliveries', 'delivery_(newest_pending|blocked)', deliveries({ status: 'failing' })],
  ['dead deliveries to a sink', 'delivery_(newest_)?dead', deliveries({ status: 'dead', sink: 'crm' })],
  ['records of a conversation', 'audit_record_of_conversation', audit({ conversationId: ID })],
  ['records of a target', 'audit_record_of_target', audit({ target: ID })],
  ['records of an actor', 'audit_record_of_actor', audit({ actor: 'retired-caller' })],
];

describe.each(DIALECTS)('the plans of lists among many rows on %s', (dialect) => {
  let storage: TestStorage;
  let stores: TestStores;

  beforeAll(async () => {
    storage = await createStorage(dialect);
    stores = await TestStores.open(storage.config);
    const { db } = stores.connection;
    const cipher = new DataCipher(storage.config.dataKeys);
    const encryption = new GuestDataEncryption(cipher, stores.poison);
    const target = { db, dialect, cipher, encryption };
    await writeSessions(target, { sessions: SESSIONS, live: 50, eventsEach: 4, now: NOW });
    await writeTrail(target);
    // SQLite has no statistics in production.
    if (dialect === 'postgres') await sql`analyze`.execute(db);
  });

  afterAll(async () => {
    await stores.close();
    await storage.remove();
  });

  const stepsOf = async (list: Listing): Promise<string> => {
    const query = list(stores.connection.db);
    if (dialect === 'sqlite') {
      const rows = await query.explain<{ detail: string }>(undefined, sql`query plan`);
      return rows.map(({ detail }) => detail).join('\n');
    }
    const [row] = await query.explain<Record<string, [{ Plan: PlanNode }]>>('json');
    const root = row?.['QUERY PLAN']?.[0].Plan;
    const nodes = root === undefined ? [] : nodesOf(root);
    return nodes.map((node) => `${node['Node Type']} INDEX ${node['Index Name'] ?? 'none'}`).join('\n');
  };

  it.each(ORDERED)('%s are read in the order of %s', async (_, index, list) => {
    const steps = await stepsOf(list);
    expect(steps).toMatch(new RegExp(`INDEX ${index}\\b`));
    expect(steps).not.toMatch(/Sort|TEMP B-TREE|Seq Scan|^SCAN \w+$/m);
  });

  it.each(FEW)('%s are found by %s', async (_, index, list) => {
    const steps = await stepsOf(list);
    expect(steps).toMatch(new RegExp(`INDEX (${index}|sqlite_autoindex_session_event_2)\\b`));
    expect(steps).not.toMatch(/Seq Scan|^SCAN \w+$/m);
  });
});

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
