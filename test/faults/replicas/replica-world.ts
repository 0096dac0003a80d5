import { newDataKey } from '../../../src/config/data-key-list';
import { CrmSimulator } from '../../../src/simulator/crm-simulator';
import { GenesysSimulator, type GenesysSimulatorOptions } from '../../../src/simulator/genesys-simulator';
import { webMessagingEnvironment } from '../../../src/web-messaging-environment';
import { freePort } from '../../support/free-port';
import { administrate } from '../../support/postgres';
import { PostgresServer } from '../../support/postgres-server';
import { JUMPS_ON_SIGNAL } from './clock-jump';
import { HolderLog } from './holder-log';
import { Replica } from './replica';

const REPLICAS = 3;
const CLIENT = { id: 'chaos-client', secret: 'chaos-secret' };

export interface ReplicaWorldOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly genesys?: GenesysSimulatorOptions;
  /** Whether the replicas also have the web-messaging channel. */
  readonly webMessaging?: boolean;
  /** The built `main.js` to run. Default: that of the checkout. */
  readonly entry?: string;
}

/**
 * Three replicas, each a process of its own, on one PostgreSQL, which is theirs alone and may be stopped; the
 * simulators are in this process.
 */
export class ReplicaWorld implements AsyncDisposable {
  private constructor(
    readonly server: PostgresServer,
    readonly genesys: GenesysSimulator,
    readonly crm: CrmSimulator,
    readonly replicas: readonly Replica[],
    readonly holderLog: HolderLog,
  ) {}

  static async start({
    environment = {},
    entry,
    genesys: limits,
    webMessaging = false,
  }: ReplicaWorldOptions = {}): Promise<ReplicaWorld> {
    const server = await PostgresServer.start();
    const genesys = await GenesysSimulator.start({
      clients: { [CLIENT.id]: CLIENT.secret },
      journalSize: 1_000_000,
      ...limits,
    });
    const crm = await CrmSimulator.start();
    const ofGuests = webMessaging ? webMessagingEnvironment(genesys.url) : {};
    const shared = { ...environmentOf(crm), ...ofGuests, ...environment };
    const replicas: Replica[] = [];
    for (let index = 1; index <= REPLICAS; index += 1) {
      replicas.push(
        await Replica.create({
          name: `replica ${index}`,
          port: await freePort(),
          databaseUrl: server.url,
          genesysUrl: genesys.url,
          environment: shared,
          entry,
        }),
      );
    }
    try {
      // All replicas start at once, on an empty database.
      const started = await Promise.allSettled(replicas.map((replica) => replica.start()));
      const failed = started.find((outcome) => outcome.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      const holderLog = await HolderLog.open(server.url);
      return new ReplicaWorld(server, genesys, crm, replicas, holderLog);
    } catch (error) {
      await endAll(replicas, { genesys, crm, server });
      throw error;
    }
  }

  /** Returns the replicas that may answer a caller. */
  get up(): Replica[] {
    return this.replicas.filter(({ isUp }) => isUp);
  }

  /** Runs one statement on a connection of its own, without a link. */
  query(statement: string): Promise<Record<string, unknown>[]> {
    return administrate(this.server.url, statement);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endAll(this.replicas, this);
  }
}

function environmentOf(crm: CrmSimulator): Record<string, string> {
  return {
    ACCESS_MODE: 'open',
    DATA_KEY: newDataKey('k1'),
    GENESYS_CLIENT_ID: CLIENT.id,
    GENESYS_CLIENT_SECRET: CLIENT.secret,
    GENESYS_REQUESTS_PER_MINUTE: '1000000',
    CALLER_REQUESTS_PER_MINUTE: '1000000',
    CRM_WEBHOOK_URL: crm.url,
    CRM_WEBHOOK_ALLOW_PRIVATE: 'true',
    SYNC_FIRST_RETRY_MS: '500',
    HEARTBEAT_MAX_INTERVAL_MS: '1000',
    HEARTBEAT_MIN_INTERVAL_MS: '200',
    // Until then an opening that Genesys Cloud does not know yet may still arrive there.
    SESSION_OPEN_DEADLINE_MS: '3000',
    NODE_OPTIONS: JUMPS_ON_SIGNAL,
  };
}

async function endAll(
  replicas: readonly Replica[],
  { genesys, crm, server }: Pick<ReplicaWorld, 'genesys' | 'crm' | 'server'>,
): Promise<void> {
  await Promise.all(replicas.map((replica) => replica.end()));
  await genesys.close();
  await crm.close();
  await server.stop();
}
