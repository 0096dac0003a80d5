import type { CrmSimulator } from '../../src/simulator/crm-simulator';
import type { Load } from './load';
import type { ProcessWorld } from './process-world';
import type { ApiSession } from './service-api';
import { waitFor } from './wait-for';

/** From ready on, on a busy machine; what is left of a killed process's lease included. */
const BEAT_WITHIN_MS = 60_000;
const SETTLED_WITHIN_MS = 60_000;

/** A webhook body, as far as the invariants look at it. */
export interface CrmEvent {
  readonly id: string;
  readonly conversationId: string;
  readonly sequence: number;
  readonly state: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What the CRM accepted, by conversation, in the order of acceptance, repeats included. */
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

/** What the CRM knows of one conversation after it has removed repeats by event id: `<sequence> <state>` each. */
export function crmStory(crm: CrmSimulator, conversationId: string): string[] {
  return storyOf(crmEvents(crm).get(conversationId) ?? []);
}

/** Every session that is kept now gets a beat from the running process in time and is active, or was ended since. */
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

/** Nothing is under way any more: no opening, no disconnect, no delivery. */
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
 * The books of the service, of Genesys Cloud, of the CRM and of the callers agree, once nothing is under way and no
 * request is made any more.
 */
export async function expectBooksAgree(world: ProcessWorld, load: Load): Promise<void> {
  const sessions = await settled(world);
  expect(load.surprises).toEqual([]);
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

/** What the CRM has to have heard of a session that came to rest in a state. */
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
