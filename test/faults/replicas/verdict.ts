import { verdictOnTrail } from '../../support/audit-export';
import { waitFor } from '../../support/wait-for';
import { crmFindings } from './crm-findings';
import type { ReplicaLoad } from './replica-load';
import type { ReplicaWorld } from './replica-world';
import { requestsWithoutLease } from './fencing-findings';

const SETTLED_WITHIN_MS = 60_000;
const BEAT_WITHIN_MS = 5_000;
const LIVE = ['connecting', 'active'];

interface Row {
  readonly id: string;
  readonly state: string;
}

/**
 * Returns the errors in words, once the faults are over and the load has stopped: none if every promise was kept and
 * the records of the database, of Genesys Cloud, of the CRM and of the audit trail agree.
 */
export async function verdictOn(
  world: ReplicaWorld,
  load: ReplicaLoad,
  cap: number,
  beatWithinMs = BEAT_WITHIN_MS,
): Promise<string[]> {
  const unsettled = await settled(world);
  if (unsettled.length > 0) return unsettled;
  const rows = await sessionsOf(world);
  return [
    ...load.unexpected,
    ...(await silent(world, rows, beatWithinMs)),
    ...promisesBroken(load, rows),
    ...upstreamFindings(world, load, rows),
    ...(await capFindings(world, cap)),
    ...(await requestsWithoutLease(world)),
    ...crmFindings(world.crm, rows),
    ...(await auditFindings(world)),
  ];
}

/** Waits until no opening, disconnect or delivery is pending; returns the pending ones after the time-out. */
async function settled(world: ReplicaWorld): Promise<string[]> {
  const underWay = async (): Promise<string[]> => {
    const rows = await world.query(`
      select conversation_id || ' is ' || state as what from session
        where state in ('connecting', 'terminating') or disconnect = 'pending'
      union all select 'event ' || event_id || ' is not delivered' from delivery where status = 'pending'`);
    return rows.map(({ what }) => String(what));
  };
  try {
    await waitFor(async () => {
      if ((await underWay()).length > 0) throw new Error('Something is under way.');
    }, SETTLED_WITHIN_MS);
    return [];
  } catch {
    return underWay();
  }
}

async function sessionsOf(world: ReplicaWorld): Promise<Row[]> {
  const rows = await world.query('select conversation_id as id, state from session');
  return rows as unknown as Row[];
}

/** Returns active sessions without beats. */
async function silent({ genesys }: ReplicaWorld, rows: readonly Row[], withinMs: number): Promise<string[]> {
  const since = Date.now();
  const active = rows.filter(({ state }) => state === 'active');
  const quiet = (): Row[] =>
    active.filter(({ id }) => (genesys.state.conversation(id)?.beatTimes.at(-1) ?? 0) < since);
  await waitFor(() => {
    if (quiet().length > 0) throw new Error('There was no beat yet.');
  }, withinMs).catch(() => undefined);
  return quiet().map(({ id }) => `no beats for ${id}`);
}

function promisesBroken(load: ReplicaLoad, rows: readonly Row[]): string[] {
  const states = new Map(rows.map(({ id, state }) => [id, state]));
  const not = (ids: Iterable<string>, state: string, promise: string): string[] =>
    [...ids]
      .filter((id) => states.get(id) !== state)
      .map((id) => `${id} ${promise}, but is ${states.get(id) ?? 'unknown'}`);
  return [
    ...not(load.kept, 'active', 'was opened and never ended'),
    ...not(load.ended, 'terminated', 'was ended'),
  ];
}

function upstreamFindings({ genesys }: ReplicaWorld, load: ReplicaLoad, rows: readonly Row[]): string[] {
  const conversations = [...genesys.state.conversations.values()];
  const active = new Set(rows.filter(({ state }) => state === 'active').map(({ id }) => id));
  const connected = new Set(conversations.filter(({ state }) => state === 'connected').map(({ id }) => id));
  return [
    ...[...active].filter((id) => !connected.has(id)).map((id) => `${id} is active, but not upstream`),
    ...[...connected].filter((id) => !active.has(id)).map((id) => `${id} is connected, but not active`),
    ...conversations
      .filter(({ id, posts }) => posts > 1 && !load.openedAgain.has(id) && active.has(id))
      .map(({ id, posts }) => `${id} was opened ${posts} times, and asked for once`),
    ...conversations
      .filter(({ sequenceViolations }) => sequenceViolations > 0)
      .map(({ id, sequenceViolations }) => `${id} got ${sequenceViolations} beats with a number it had`),
  ];
}

/** Checks the cap against the committed state at every moment. */
async function capFindings({ holderLog }: ReplicaWorld, cap: number): Promise<string[]> {
  const live = new Set<string>();
  let most = 0;
  for (const { conversationId, state } of await holderLog.changes()) {
    if (LIVE.includes(state)) live.add(conversationId);
    else live.delete(conversationId);
    most = Math.max(most, live.size);
  }
  return most > cap ? [`${most} sessions were live at a time, and ${cap} may be`] : [];
}

async function auditFindings(world: ReplicaWorld): Promise<string[]> {
  const [replica] = world.up;
  if (replica === undefined) return ['there is no replica to ask for the audit trail'];
  const verdict = await verdictOnTrail(replica.url);
  const rows = await world.query(`
    select conversation_id as id, count(*) as times from audit_record
      where action in ('SESSION_TERMINATED', 'SESSION_DISCONNECTED', 'SESSION_FAILED')
      group by conversation_id having count(*) > 1`);
  const missing = await world.query(`
    select conversation_id as id from session where ended_at is not null and not exists (
      select 1 from audit_record record where record.conversation_id = session.conversation_id
        and action in ('SESSION_TERMINATED', 'SESSION_DISCONNECTED', 'SESSION_FAILED'))`);
  return [
    ...(verdict === 'whole' ? [] : [`the audit trail is not whole: ${verdict}`]),
    ...rows.map(({ id, times }) => `${String(id)} has ${String(times)} terminal records`),
    ...missing.map(({ id }) => `${String(id)} has no terminal record`),
  ];
}
