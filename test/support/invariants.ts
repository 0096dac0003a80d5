import type { CrmSimulator } from '../../src/simulator/crm-simulator';
import type { Load } from './load';
import type { ProcessWorld } from './process-world';
import type { ApiSession } from './service-api';
import { waitFor } from './wait-for';

/** Time-out since readiness, on a busy machine and with the rest of a killed process's lease. */
const BEAT_WITHIN_MS = 60_000;
const SETTLED_WITHIN_MS = 60_000;

/** The part of a webhook body that the invariants check. */
export interface CrmEvent {
  readonly id: string;
  readonly conversationId: string;
  readonly sequence: number;
  readonly state: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Returns the events that the CRM accepted, by conversation, in the order of acceptance, repeats included. */
export function crmEvents(crm: CrmSimulator): Map<string, CrmEvent[]> {
  const events = new Map<string, CrmEvent[]>();
  for (const { body } of crm.received) {
    const event = body as CrmEvent;
    const earlier = events.get(event.conversationId);
    if (earlier === undefined) events.set(event.conversationId, [event]);
    else earlier.push(event);
  }
  return events;
}

/** Returns the CRM's events of one conversation, without repeats of an event id, as `<sequence> <state>` each. */
export function crmStory(crm: CrmSimulator, conversationId: string): string[] {
  return storyOf(crmEvents(crm).get(conversationId) ?? []);
}

/** Expects that every kept session has a beat from the running process in time and is active, or was ended since. */
export async function expectKeptAlive(world: ProcessWorld, load: Load): Promise<void> {
  const { kept } = load;
  const stillKept = (): string[] => kept.filter((id) => !load.askedToEnd.has(id));
  const { spawnedAt, readyAt } = world.service;
  const silent = (id: string): boolean => {
    const beats = world.genesys.state.conversation(id)?.beatTimes ?? [];
    return !beats.some((at) => at >= spawnedAt && at <= readyAt + BEAT_WITHIN_MS);
  };
  await waitFor(() => {
    expect(stillKept().filter(silent)).toEqual([]);
  }, BEAT_WITHIN_MS);
  const active = new Set((await world.api.list('active')).map(({ conversationId }) => conversationId));
  expect(stillKept().filter((id) => !active.has(id))).toEqual([]);
}

/** Waits until no opening, disconnect or delivery is pending. */
export async function settled(world: ProcessWorld): Promise<ApiSession[]> {
  return waitFor(async () => {
    const sessions = await world.api.list();
    const underWay = sessions
      .filter(({ state, disconnect }) => isTransient(state) || disconnect === 'pending')
      .map(({ conversationId, state }) => `${conversationId} is ${state}`);
    expect(underWay).toEqual([]);
    expect(await world.api.metric('outbox_pending{sink="crm"}')).toBe(0);
    return sessions;
  }, SETTLED_WITHIN_MS);
}

/**
 * Expects that the records of the service, of Genesys Cloud, of the CRM and of the callers agree, once nothing is
 * pending and no requests are made any more.
 */
export async function expectRecordsAgree(world: ProcessWorld, load: Load): Promise<void> {
  const sessions = await settled(world);
  expect(load.unexpected).toEqual([]);
  expectPromisesKept(load, sessions);
  expectUpstreamAgrees(world, sessions);
  expectCrmAgrees(world.crm, sessions);
  await expectCountsAgree(world, sessions);
}

function expectPromisesKept(load: Load, sessions: readonly ApiSession[]): void {
  const states = new Map(sessions.map((session) => [session.conversationId, session.state]));
  const lost = load.kept.filter((id) => states.get(id) !== 'active');
  const notEnded = [...load.ended].filter((id) => states.get(id) !== 'terminated');
  const neverOpened = [...load.opened].filter(
    (id) => states.get(id) === undefined || states.get(id) === 'failed',
  );
  expect({ lost, notEnded, neverOpened }).toEqual({ lost: [], notEnded: [], neverOpened: [] });
}

function expectUpstreamAgrees({ genesys }: ProcessWorld, sessions: readonly ApiSession[]): void {
  const conversations = [...genesys.state.conversations.values()];
  const connected = conversations.filter(({ state }) => state === 'connected').map(({ id }) => id);
  expect(connected.sort()).toEqual(idsOf(sessions, 'active'));
  expect(conversations.filter(({ posts }) => posts !== 1)).toEqual([]);
  expect(conversations.filter(({ sequenceViolations }) => sequenceViolations > 0)).toEqual([]);
  const known = new Set(sessions.map(({ conversationId }) => conversationId));
  expect(conversations.filter(({ id }) => !known.has(id))).toEqual([]);
}

function expectCrmAgrees(crm: CrmSimulator, sessions: readonly ApiSession[]): void {
  const events = crmEvents(crm);
  const wrong = sessions
    .map(({ conversationId, state }) => ({
      conversationId,
      heard: storyOf(events.get(conversationId) ?? []),
      expected: STORIES[state] ?? ['a state that is not settled'],
    }))
    .filter(({ heard, expected }) => heard.join() !== expected.join());
  expect(wrong).toEqual([]);
  const outOfOrder = [...events.values()].filter((heard) =>
    heard.some(({ sequence }, index) => sequence < (heard[index - 1]?.sequence ?? 0)),
  );
  expect(outOfOrder).toEqual([]);
  const known = new Set(sessions.map(({ conversationId }) => conversationId));
  expect([...events.keys()].filter((id) => !known.has(id))).toEqual([]);
}

async function expectCountsAgree({ api }: ProcessWorld, sessions: readonly ApiSession[]): Promise<void> {
  const active = idsOf(sessions, 'active').length;
  const started = sessions.filter(({ state }) => state !== 'failed').length;
  expect({
    slots: await api.metric('session_slots_in_use'),
    heartbeats: await api.metric('heartbeats_running'),
    started: (await api.summary())['totalSessions'],
  }).toEqual({ slots: active, heartbeats: active, started });
}

function isTransient(state: string): boolean {
  return state === 'connecting' || state === 'terminating';
}

/** The events that the CRM has to have received of a session in this final state. */
const STORIES: Readonly<Record<string, readonly string[]>> = {
  active: ['1 connected'],
  terminated: ['1 connected', '2 terminated'],
  failed: [],
};

/** Removes repeats by event id, and nothing else: two events with one sequence would both show. */
function storyOf(events: readonly CrmEvent[]): string[] {
  const firstById = new Map<string, CrmEvent>();
  for (const event of events) if (!firstById.has(event.id)) firstById.set(event.id, event);
  return [...firstById.values()].map(({ sequence, state }) => `${sequence} ${state}`);
}

function idsOf(sessions: readonly ApiSession[], state: string): string[] {
  return sessions
    .filter((session) => session.state === state)
    .map(({ conversationId }) => conversationId)
    .sort();
}
