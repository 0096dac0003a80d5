import { newDataKey } from '../../../src/config/data-key-list';
import { CrmSimulator } from '../../../src/simulator/crm-simulator';
import { GenesysSimulator } from '../../../src/simulator/genesys-simulator';
import { webMessagingEnvironment } from '../../../src/web-messaging-environment';
import { aCaller, keysOf, type TestCaller } from '../../support/callers';
import { freePort } from '../../support/free-port';
import { administrate } from '../../support/postgres';
import { PostgresServer } from '../../support/postgres-server';
import { ServiceProcess } from '../../support/service-process';
import type { Target } from './attacks/attack';
import { ATTACK_CALLERS, ATTACK_SCOPES, type AttackCaller } from './attacks/attack-callers';
import { COLLECTS_ON_SIGNAL } from './garbage-collection';
import { LogWatch } from './log-watch';

const REPLICAS = 2;
const READY_ATTEMPTS = 4;
const CLIENT = { id: 'attack-client', secret: 'attack-secret' };
/** The interval of long sessions: with the default cap, a full service beats fifty times a second. */
const BEAT_MS = 10_000;

/**
 * The name of every guest of the normal load, and the text of their messages: no attacker and no log may get them.
 */
export const GUEST = 'Zephyrine Canary-Guest';
export const WORDS = 'canary words of a guest: 5f1d';

interface Receivers {
  readonly genesys: GenesysSimulator;
  readonly crm: CrmSimulator;
}

/** Every caller by name, with its key. */
export interface AttackCallers {
  readonly load: TestCaller;
  readonly victim: TestCaller;
  readonly operator: TestCaller;
  readonly attackers: Readonly<Record<AttackCaller, TestCaller>>;
  /** Second keys of the attackers with all scopes, for preparing sessions in their names. */
  readonly preparing: Readonly<Record<AttackCaller, TestCaller>>;
}

/**
 * Two replicas, each a process of its own, on one PostgreSQL without links in between; the simulators are in this
 * process. Callers have keys and the default quota.
 */
export class AttackWorld implements AsyncDisposable {
  private constructor(
    readonly server: PostgresServer,
    private readonly receivers: Receivers,
    readonly callers: AttackCallers,
    readonly replicas: readonly ServiceProcess[],
    readonly logs: readonly LogWatch[],
  ) {}

  static async start(entry: string): Promise<AttackWorld> {
    const server = await PostgresServer.start({ isSynced: true });
    // The journal is unused here, and would take most of this process's memory.
    const quiet = { journalSize: 0 };
    const genesys = await GenesysSimulator.start({ clients: { [CLIENT.id]: CLIENT.secret }, ...quiet });
    const receivers = { genesys, crm: await CrmSimulator.start(quiet) };
    const callers = newCallers();
    const replicas: ServiceProcess[] = [];
    const dataKey = newDataKey('k1');
    try {
      while (replicas.length < REPLICAS) {
        const environment = environmentOf({ server, receivers, callers, dataKey, port: await freePort() });
        replicas.push(ServiceProcess.spawn(environment, entry));
      }
      const logs = replicas.map((replica) => new LogWatch(replica, canariesOf(callers)));
      await Promise.all(replicas.map(untilReady));
      return new AttackWorld(server, receivers, callers, replicas, logs);
    } catch (error) {
      await endAll(server, receivers, replicas);
      throw error;
    }
  }

  get genesys(): GenesysSimulator {
    return this.receivers.genesys;
  }

  get urls(): string[] {
    return this.replicas.map(({ url }) => url);
  }

  get canaries(): string[] {
    return canariesOf(this.callers);
  }

  /** Opens sessions over the guest WebSocket in the name of a caller; returns the holder of each. */
  async openTargets(caller: TestCaller, count: number): Promise<Target[]> {
    const ids: string[] = [];
    for (const index of Array.from({ length: count }).keys()) {
      const response = await fetch(`${this.urls[index % REPLICAS] ?? ''}/v1/sessions`, {
        method: 'POST',
        headers: { ...caller.headers, 'content-type': 'application/json' },
        body: JSON.stringify({ queueId: 'queue-1', channel: 'web-messaging', name: GUEST }),
      });
      const { conversationId } = (await response.json()) as { conversationId?: string };
      if (response.status !== 201) throw new Error(`An opening was answered with ${response.status}.`);
      ids.push(String(conversationId));
    }
    return Promise.all(ids.map((id) => this.locate(id)));
  }

  /** Runs one statement on a connection of its own. */
  query(statement: string): Promise<Record<string, unknown>[]> {
    return administrate(this.server.url, statement);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endAll(this.server, this.receivers, this.replicas);
  }

  private async locate(conversationId: string): Promise<Target> {
    const [row] = await this.query(
      `select address from session join replica on replica.id = holder where conversation_id = '${conversationId}'`,
    );
    const holderUrl = String(row?.['address']);
    const otherUrl = this.urls.find((url) => url !== holderUrl);
    if (!this.urls.includes(holderUrl) || otherUrl === undefined)
      throw new Error(`${conversationId} is held by no replica.`);
    return { conversationId, holderUrl, otherUrl };
  }
}

/** On a busy machine the first start takes longer than the default time-out of a test. */
async function untilReady(replica: ServiceProcess): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await replica.untilReady();
      return;
    } catch (error) {
      if (attempt === READY_ATTEMPTS || !replica.isRunning) throw error;
    }
  }
}

function newCallers(): AttackCallers {
  const all = (make: (name: AttackCaller) => TestCaller): Record<AttackCaller, TestCaller> =>
    Object.fromEntries(ATTACK_CALLERS.map((name) => [name, make(name)])) as Record<AttackCaller, TestCaller>;
  return {
    load: aCaller('load', ['sessions.write', 'sessions.end']),
    victim: aCaller('victim', ['sessions.write', 'messages.write']),
    operator: aCaller('operator'),
    attackers: all((name) => aCaller(name, ATTACK_SCOPES[name])),
    preparing: all((name) => aCaller(name)),
  };
}

function canariesOf({ load, victim, operator }: AttackCallers): string[] {
  return [GUEST, WORDS, load.key, victim.key, operator.key];
}

function environmentOf(world: {
  server: PostgresServer;
  receivers: Receivers;
  callers: AttackCallers;
  dataKey: string;
  port: number;
}): Record<string, string> {
  const { server, receivers, callers, dataKey, port } = world;
  const { genesys, crm } = receivers;
  const { load, victim, operator, attackers, preparing } = callers;
  return {
    ...keysOf(load, victim, operator, ...Object.values(attackers), ...Object.values(preparing)),
    ...webMessagingEnvironment(genesys.url),
    PORT: String(port),
    REPLICA_URL: `http://127.0.0.1:${port}`,
    DATABASE_URL: server.url,
    DATA_KEY: dataKey,
    GENESYS_LOGIN_URL: genesys.url,
    GENESYS_API_URL: genesys.url,
    GENESYS_CLIENT_ID: CLIENT.id,
    GENESYS_CLIENT_SECRET: CLIENT.secret,
    // Twenty openings, twenty ends and fifty beats a second are 5,400 requests a minute; the simulator refuses none.
    GENESYS_REQUESTS_PER_MINUTE: '1000000',
    CRM_WEBHOOK_URL: crm.url,
    CRM_WEBHOOK_ALLOW_PRIVATE: 'true',
    HEARTBEAT_MAX_INTERVAL_MS: String(BEAT_MS),
    NODE_OPTIONS: COLLECTS_ON_SIGNAL,
  };
}

async function endAll(
  server: PostgresServer,
  { genesys, crm }: Receivers,
  replicas: readonly ServiceProcess[],
): Promise<void> {
  await Promise.all(replicas.map((replica) => replica.kill()));
  await genesys.close();
  await crm.close();
  await server.stop();
}
