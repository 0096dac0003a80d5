import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { CountedServiceCommands } from '../children/counted-service';
import type { DurableRelayCommands, RelayStorage } from '../children/durable-relay';
import type { RelayCommands } from '../children/relay';
import type { Simulators } from '../children/simulators';
import type { Child } from './child';
import type { CommandedChild } from './commanded-child';
import { serviceEnvironment } from './environment';
import { aGuardedCaller } from './guarded-caller';
import type { Target } from './load';
import { createDatabase } from './postgres';
import type { UsageCommands } from './relay-usage';
import type { TransactionCounts } from './statement-tally';
import type { Workspace } from './workspace';

const START_MS = 30_000;
const POLL_MS = 50;
/** Interval of the service's event loop monitor (prom-client's default), which its values include. */
const LOOP_RESOLUTION_MS = 10;

/** A server that opens sessions, in a process of its own, with an empty database. */
export interface Subject extends Target {
  /** CPU time of its process since the start, in microseconds. */
  cpuMicros(): Promise<number>;
  /** 99th percentile of its event loop delay since the last call, in milliseconds. */
  loopDelayP99Ms(): Promise<number>;
  discard(): Promise<void>;
}

/** The service with its statements counted. */
export interface CountedSubject extends Target {
  counts(): Promise<TransactionCounts>;
  discard(): Promise<void>;
}

/** An empty database of a subject: a SQLite file in a folder, or one on a PostgreSQL server. */
export interface SubjectDatabase {
  readonly kind: 'sqlite' | 'postgres';
  readonly storage: RelayStorage;
  /** The service's settings for it. */
  readonly environment: Readonly<Record<string, string>>;
  drop(): Promise<void>;
}

export async function startRelay(workspace: Workspace, simulators: Simulators): Promise<Subject> {
  const child = workspace.measured<RelayCommands>('relay');
  return {
    address: await child.ask('start', simulators),
    ...usageOf(child),
    discard: () => workspace.discard(child),
  };
}

/** Starts the durable relay on SQLite, or on a PostgreSQL server. */
export async function startDurableRelay(
  workspace: Workspace,
  simulators: Simulators,
  databaseServer: string | undefined,
): Promise<Subject> {
  const { kind, storage, drop } = await newDatabase(workspace, databaseServer);
  const child = workspace.measured<DurableRelayCommands>('durable-relay', {}, `durable-relay-${kind}`);
  return {
    address: await child.ask('start', { simulators, storage }),
    ...usageOf(child),
    discard: async () => {
      await workspace.discard(child);
      await drop();
    },
  };
}

/** The protection of an opening: as in production, less than that, or the minimum. */
export type Guards = 'all' | 'audit' | 'none';

/** Starts the service with the embedded SQLite, or with a database of its own on a PostgreSQL server. */
export async function startService(
  workspace: Workspace,
  simulators: Simulators,
  databaseServer: string | undefined,
  guards: Guards = 'audit',
): Promise<Subject> {
  const caller = guards === 'all' ? aGuardedCaller() : undefined;
  const program = guards === 'none' ? 'unaudited-service' : undefined;
  const subject = await startServiceWith(workspace, simulators, databaseServer, caller?.environment, program);
  return { ...subject, ...(caller === undefined ? {} : { headers: caller.headers }) };
}

/** Starts the service with these settings, or a program of `bench/children` in its place. */
export async function startServiceWith(
  workspace: Workspace,
  simulators: Simulators,
  databaseServer: string | undefined,
  settings: Readonly<Record<string, string>> = {},
  program?: string,
): Promise<Subject> {
  const database = await newDatabase(workspace, databaseServer);
  const service = await startServiceOn(workspace, simulators, database, settings, program);
  return {
    ...service,
    discard: async () => {
      await service.discard();
      await database.drop();
    },
  };
}

/** Like `startServiceWith`, on a database that exists and remains. */
export async function startServiceOn(
  workspace: Workspace,
  simulators: Simulators,
  database: SubjectDatabase,
  settings: Readonly<Record<string, string>>,
  program?: string,
): Promise<Subject> {
  const port = await freePort();
  const environment = serviceEnvironment(simulators, {
    PORT: String(port),
    ...settingsOf(simulators, database),
    ...settings,
  });
  const child = workspace.service(environment, `service-${database.kind}`, program);
  const origin = `http://127.0.0.1:${port}`;
  await readiness(child, origin);
  return {
    address: `${origin}/v1/sessions`,
    cpuMicros: async () => (await secondsOf(origin, 'process_cpu_seconds_total')) * 1e6,
    loopDelayP99Ms: async () => {
      const lag = await secondsOf(origin, 'nodejs_eventloop_lag_p99_seconds');
      return Math.max(0, lag * 1e3 - LOOP_RESOLUTION_MS);
    },
    discard: () => workspace.discard(child),
  };
}

/** Starts the service with its statements counted, which slows it: its times are not to be compared. */
export async function startCountedService(
  workspace: Workspace,
  simulators: Simulators,
  databaseServer: string | undefined,
  settings: Readonly<Record<string, string>> = {},
): Promise<CountedSubject> {
  const database = await newDatabase(workspace, databaseServer);
  const environment = serviceEnvironment(simulators, { ...settingsOf(simulators, database), ...settings });
  const child = workspace.measured<CountedServiceCommands>('counted-service', environment);
  const origin = await child.ask('start', undefined);
  return {
    address: `${origin}/v1/sessions`,
    counts: () => child.ask('counts', undefined),
    discard: async () => {
      await workspace.discard(child);
      await database.drop();
    },
  };
}

export async function newDatabase(
  workspace: Workspace,
  server: string | undefined,
): Promise<SubjectDatabase> {
  const folder = await workspace.folder();
  if (server === undefined) {
    const environment = { DATA_DIR: folder };
    return { kind: 'sqlite', storage: { folder }, environment, drop: () => Promise.resolve() };
  }
  const { url, drop } = await createDatabase(server);
  const environment = { DATA_DIR: folder, DATABASE_URL: url };
  return { kind: 'postgres', storage: { databaseUrl: url }, environment, drop: workspace.undoAtEnd(drop) };
}

function settingsOf(simulators: Simulators, database: SubjectDatabase): Record<string, string> {
  return {
    ...database.environment,
    CRM_WEBHOOK_URL: simulators.crmUrl,
    CRM_WEBHOOK_ALLOW_PRIVATE: 'true',
  };
}

function usageOf(child: CommandedChild<UsageCommands>): Pick<Subject, 'cpuMicros' | 'loopDelayP99Ms'> {
  return {
    cpuMicros: () => child.ask('cpu', undefined),
    loopDelayP99Ms: () => child.ask('loopDelayP99', undefined),
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

/** Reads a value from the service's metrics page. */
async function secondsOf(origin: string, metric: string): Promise<number> {
  const page = await (await fetch(`${origin}/metrics`)).text();
  const seconds = new RegExp(`^${metric} ([\\d.e+-]+)$`, 'm').exec(page)?.[1];
  if (seconds === undefined) throw new Error(`The metrics page has no ${metric}`);
  return Number(seconds);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
