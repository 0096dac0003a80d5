import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AppOptions, createApp } from './app.setup';
import { newDataKey } from './config/data-key-list';
import { readEnvironment } from './config/read-environment';
import { webhookUrlOf } from './genesys/open-messaging/admin/platform-integration';
import { OPEN_INTEGRATION, openMessagingEnvironment } from './open-messaging-environment';
import { UnitOfWork } from './persistence/database/unit-of-work';
import { CrmSimulator } from './simulator/crm-simulator';
import { GenesysSimulator, type GenesysSimulatorOptions } from './simulator/genesys-simulator';
import { webMessagingEnvironment } from './web-messaging-environment';

export interface WorldOptions extends AppOptions {
  /** Environment variables of the service, which override those for the simulators. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly genesys?: GenesysSimulatorOptions;
  /** Enables the channel of the guest WebSocket. */
  readonly webMessaging?: boolean;
  /** Enables the channel of Open Messaging. */
  readonly openMessaging?: boolean;
}

/** The data is removed when this process ends, so the key need not outlive it. */
const DATA_KEY = newDataKey('demo');
const CLIENT = { id: 'demo-client', secret: 'demo-secret' };

/**
 * Genesys Cloud, a CRM and the service, together in this process and ready to use, for the demo and the end-to-end
 * tests. Disposing it stops all three and removes the data.
 */
export class World implements AsyncDisposable {
  private constructor(
    readonly genesys: GenesysSimulator,
    readonly crm: CrmSimulator,
    private readonly dataDir: string,
    private readonly options: WorldOptions,
    private service: NestFastifyApplication,
  ) {}

  static async start(options: WorldOptions = {}): Promise<World> {
    const genesys = await GenesysSimulator.start({
      clients: { [CLIENT.id]: CLIENT.secret },
      ...options.genesys,
      ...(options.openMessaging === true
        ? { openMessaging: { ...options.genesys?.openMessaging, integrations: [OPEN_INTEGRATION] } }
        : {}),
    });
    const crm = await CrmSimulator.start();
    const dataDir = await mkdtemp(join(tmpdir(), 'guest-sessions-'));
    const environment = environmentFor(genesys, crm, dataDir, options);
    const service = await startService(environment, options);
    const world = new World(genesys, crm, dataDir, options, service);
    world.receiveWebhooks();
    return world;
  }

  /** The Nest application of the service. */
  get app(): NestFastifyApplication {
    return this.service;
  }

  /** The base URL of the service's API. */
  get url(): string {
    const address = this.service.getHttpServer().address();
    if (address === null || typeof address === 'string') throw new Error('The service does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  /** The environment that the service was started with, to start it again as a separate process. */
  get environment(): Readonly<Record<string, string>> {
    return environmentFor(this.genesys, this.crm, this.dataDir, this.options);
  }

  /** Stops the service in order and starts it again on the same data. */
  async restart(overrides: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.service.close();
    this.service = await startService({ ...this.environment, ...overrides }, this.options);
    this.receiveWebhooks();
  }

  /** Makes the deliveries of a conversation older, as if they were pending for so much longer; younger by a negative span. */
  async ageDeliveriesOf(conversationId: string, ms: number): Promise<void> {
    await this.service.get(UnitOfWork).query((db) =>
      db
        .updateTable('delivery')
        .set(({ eb }) => ({ queued_at: eb('queued_at', '-', ms) }))
        .where('conversation_id', '=', conversationId)
        .execute(),
    );
  }

  /** The service listens on another port after each start. */
  private receiveWebhooks(): void {
    this.genesys.openMessaging.setWebhook(OPEN_INTEGRATION.id, webhookUrlOf(this.url, OPEN_INTEGRATION.id));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service.close();
    await this.genesys.close();
    await this.crm.close();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

function environmentFor(
  genesys: GenesysSimulator,
  crm: CrmSimulator,
  dataDir: string,
  options: WorldOptions,
): Record<string, string> {
  return {
    PORT: '0',
    ACCESS_MODE: 'open',
    DATA_DIR: dataDir,
    DATA_KEY,
    GENESYS_LOGIN_URL: genesys.url,
    GENESYS_API_URL: genesys.url,
    GENESYS_CLIENT_ID: CLIENT.id,
    GENESYS_CLIENT_SECRET: CLIENT.secret,
    CRM_WEBHOOK_URL: crm.url,
    CRM_WEBHOOK_ALLOW_PRIVATE: 'true',
    ...(options.webMessaging === true ? webMessagingEnvironment(genesys.url) : {}),
    ...(options.openMessaging === true ? openMessagingEnvironment() : {}),
    ...options.environment,
  };
}

async function startService(
  variables: Readonly<Record<string, string>>,
  options: AppOptions,
): Promise<NestFastifyApplication> {
  const environment = readEnvironment(variables);
  const app = await createApp(environment, { refusesUnknownLogFields: true, ...options });
  await app.listen({ host: environment.HOST, port: environment.PORT });
  return app;
}
