import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { RelayCommands } from '../children/relay';
import type { Simulators } from '../children/simulators';
import type { Child } from './child';
import { serviceEnvironment } from './environment';
import { aGuardedCaller } from './guarded-caller';
import type { Target } from './load';
import { createDatabase } from './postgres';
import type { Workspace } from './workspace';

const START_MS = 30_000;
const POLL_MS = 50;

/** A server that opens sessions, in a process of its own, with an empty database. */
export interface Subject extends Target {
  /** CPU time of its process since the start, in microseconds. */
  cpuMicros(): Promise<number>;
  discard(): Promise<void>;
}

export async function startRelay(workspace: Workspace, simulators: Simulators): Promise<Subject> {
  const child = workspace.measured<RelayCommands>('relay');
  return {
    address: await child.ask('start', simulators),
    cpuMicros: () => child.ask('cpu', undefined),
    discard: () => workspace.discard(child),
  };
}

/** The protection of an opening: as in production, less than that, or the minimum. */
export type Guards = 'all' | 'audit' | 'none';

/** Starts the service with the embedded SQLite, or with a database of its own on a PostgreSQL server. */
export async function startService(
  workspace: Workspace,
  simulators: Simulators,
  { databaseServer, guards = 'audit' }: { databaseServer?: string | undefined; guards?: Guards } = {},
): Promise<Subject> {
  const caller = guards === 'all' ? aGuardedCaller() : undefined;
  const port = await freePort();
  const database = databaseServer === undefined ? undefined : await createDatabase(databaseServer);
  const drop = database === undefined ? undefined : workspace.undoAtEnd(database.drop);
  const environment = serviceEnvironment(simulators, {
    PORT: String(port),
    DATA_DIR: await workspace.folder(),
    CRM_WEBHOOK_URL: simulators.crmUrl,
    CRM_WEBHOOK_ALLOW_PRIVATE: 'true',
    ...(database === undefined ? {} : { DATABASE_URL: database.url }),
    ...caller?.environment,
  });
  const child = workspace.service(environment, guards === 'none' ? 'unaudited-service' : undefined);
  const origin = `http://127.0.0.1:${port}`;
  await readiness(child, origin);
  return {
    address: `${origin}/v1/sessions`,
    ...(caller === undefined ? {} : { headers: caller.headers }),
    cpuMicros: () => cpuMicrosOf(origin),
    discard: async () => {
      await workspace.discard(child);
      await drop?.();
    },
  };
}

async function readiness(child: Child, origin: string): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    if (!child.isRunning) throw child.death();
    const response = await fetch(`${origin}/health/ready`).catch(() => undefined);
    await response?.arrayBuffer();
    if (response?.ok === true) return;
    await delay(POLL_MS);
  }
  throw new Error(`The service was not ready within ${START_MS} ms`);
}

/** Reads the value from the service's metrics page. */
async function cpuMicrosOf(origin: string): Promise<number> {
  const page = await (await fetch(`${origin}/metrics`)).text();
  const seconds = /^process_cpu_seconds_total ([\d.e+-]+)$/m.exec(page)?.[1];
  if (seconds === undefined) throw new Error('The page of metrics does not tell the CPU time');
  return Number(seconds) * 1e6;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
