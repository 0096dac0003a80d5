import { setTimeout as delay } from 'node:timers/promises';
import type { AttackWorld } from './attack-world';
import { MetricsPage } from './metrics-page';
import { residentBytes } from './process-usage';

const COLLECTIONS = 5;
const COLLECT_EVERY_MS = 1_000;
const MEBIBYTE = 2 ** 20;

/** The memory and the registries of a replica after a garbage collection. */
export interface Reading {
  /** Bytes of the heap and of external buffers. */
  readonly heapBytes: number;
  readonly residentBytes: number;
  /** Number of resources that keep the process alive, such as sockets and timers. */
  readonly resources: number;
  readonly page: MetricsPage;
}

/** Garbage is collected by SIGUSR2, with which `COLLECTS_ON_SIGNAL` calls V8's `gc()` as `--expose-gc` provides it. */
export async function readingsOf(world: AttackWorld): Promise<Reading[]> {
  for (let collection = 0; collection < COLLECTIONS; collection += 1) {
    for (const replica of world.replicas) replica.signal('SIGUSR2');
    await delay(COLLECT_EVERY_MS);
  }
  return Promise.all(
    world.replicas.map(async ({ url, pid = 0 }) => {
      const page = await MetricsPage.read(url, world.callers.operator.headers);
      return {
        heapBytes: page.get('nodejs_heap_size_used_bytes') + page.get('nodejs_external_memory_bytes'),
        residentBytes: residentBytes(pid),
        resources: page.get('nodejs_active_resources_total'),
        page,
      };
    }),
  );
}

export function mebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(1)} MiB`;
}

/** Returns the surplus in the registries of all replicas while only these sessions live. */
export async function leftovers(world: AttackWorld, sessions: number): Promise<string[]> {
  const pages = await Promise.all(
    world.urls.map((url) => MetricsPage.read(url, world.callers.operator.headers)),
  );
  const sum = (name: string): number =>
    pages.reduce((total, page) => total + page.get(`guest_sessions_${name}`), 0);
  const expected: Readonly<Record<string, number>> = {
    sse_clients: 0,
    messages_waiting: 0,
    ws_connections: 0,
    heartbeats_running: sessions,
    // Both values are the database's, which is the same for all replicas.
    session_slots_in_use: sessions * pages.length,
    outbox_pending: 0,
  };
  return Object.entries(expected)
    .filter(([name, value]) => sum(name) !== value)
    .map(([name, value]) => `${name} is ${sum(name)} and should be ${value} over all replicas`);
}
