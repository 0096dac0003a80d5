import type { INestApplicationContext } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { createApp } from '../../src/app.setup';
import { readEnvironment } from '../../src/config/read-environment';
import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import { toRow } from '../../src/persistence/session/session.mapper';
import { SessionStore } from '../../src/session/ports/session.store';
import { SessionHeartbeatStarter } from '../../src/session/heartbeat/session-heartbeat-starter';
import { BeatObserver, type Observation } from '../support/beat-observer';
import { activeSessions } from '../support/guests';
import { serve } from '../support/ipc';

export interface Memory {
  readonly rss: number;
  readonly heap: number;
}

export interface LiveSessionCommands {
  /** Starts the service, writes this many active sessions into its database and returns their ids. */
  prepare: { input: number; output: readonly string[] };
  /** Starts the heartbeat of each session: as a new one, or as one that is resumed after a restart. */
  begin: { input: { resumed: boolean }; output: undefined };
  observe: { input: number; output: Observation };
  memory: { input: undefined; output: Memory };
}

const PAGE = 500;
const COLLECTIONS = 10;
const COLLECT_EVERY_MS = 300;
/** The cost of starting the heartbeats is over by then. */
const SETTLE_MS = 2_000;

let app: INestApplicationContext;
let observer: BeatObserver;

serve<LiveSessionCommands>({
  prepare: async (count) => {
    const environment = readEnvironment(process.env);
    app = await createApp(environment);
    await app.init();
    observer = new BeatObserver(app);
    return store(count, environment.GENESYS_CHANNEL);
  },
  begin: async ({ resumed }) => {
    await beginAll(resumed);
    if (!resumed) await delay(SETTLE_MS);
    return undefined;
  },
  observe: (ms) => observer.observe(ms),
  memory: async () => {
    // One collection leaves objects that finalizers hold, and the system gets freed pages back only gradually.
    for (let collection = 0; collection < COLLECTIONS; collection += 1) {
      globalThis.gc?.();
      await delay(COLLECT_EVERY_MS);
    }
    const { rss, heapUsed } = process.memoryUsage();
    return { rss, heap: heapUsed };
  },
});

/** Bulk inserts: one transaction per session would take longer than the measurement. */
async function store(count: number, channel: string): Promise<string[]> {
  const { db } = app.get(DatabaseConnection);
  const ids: string[] = [];
  while (ids.length < count) {
    const sessions = activeSessions(Math.min(PAGE, count - ids.length), channel);
    await db
      .insertInto('session')
      .values(sessions.map(({ snapshot }) => toRow(snapshot)))
      .execute();
    ids.push(...sessions.map(({ conversationId }) => conversationId));
  }
  await app.get(SessionStore).recountSlots();
  return ids;
}

/** Reads the sessions page by page, as the service's own recovery does. */
async function beginAll(resumed: boolean): Promise<void> {
  const [sessions, watch] = [app.get(SessionStore), app.get(SessionHeartbeatStarter)];
  let after: string | undefined;
  do {
    const page = await sessions.walk('active', after, PAGE);
    for (const session of page) watch.start(session, () => observer.lost(), { resumed });
    after = page.at(-1)?.conversationId;
  } while (after !== undefined);
}
