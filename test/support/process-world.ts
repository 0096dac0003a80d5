import { newDataKey } from '../../src/config/data-key-list';
import { CrmSimulator } from '../../src/simulator/crm-simulator';
import { GenesysSimulator, type GenesysSimulatorOptions } from '../../src/simulator/genesys-simulator';
import { webMessagingEnvironment } from '../../src/web-messaging-environment';
import { ServiceApi } from './service-api';
import { ServiceProcess } from './service-process';
import type { ServiceStorage } from './service-storage';

export interface ProcessWorldOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly genesys?: GenesysSimulatorOptions;
  /** Whether the service also has the web-messaging channel. */
  readonly webMessaging?: boolean;
  /** The built `main.js` to run. Default: that of the checkout. */
  readonly entry?: string;
}

const CLIENT = { id: 'crash-client', secret: 'crash-secret' };

/** The simulators in this process and the service in another one, which tests kill, with one storage for its data. */
export class ProcessWorld {
  private constructor(
    readonly genesys: GenesysSimulator,
    readonly crm: CrmSimulator,
    readonly environment: Readonly<Record<string, string>>,
    private current: ServiceProcess,
    private readonly entry: string | undefined,
  ) {}

  static async start(storage: ServiceStorage, options: ProcessWorldOptions = {}): Promise<ProcessWorld> {
    const genesys = await GenesysSimulator.start({
      clients: { [CLIENT.id]: CLIENT.secret },
      ...options.genesys,
    });
    const crm = await CrmSimulator.start();
    const environment = {
      PORT: '0',
      ACCESS_MODE: 'open',
      DATA_KEY: newDataKey('k1'),
      GENESYS_LOGIN_URL: genesys.url,
      GENESYS_API_URL: genesys.url,
      GENESYS_CLIENT_ID: CLIENT.id,
      GENESYS_CLIENT_SECRET: CLIENT.secret,
      // The simulator's limit: a bucket that grows with its first answer starts almost empty.
      GENESYS_REQUESTS_PER_MINUTE: '1000000',
      CRM_WEBHOOK_URL: crm.url,
      CRM_WEBHOOK_ALLOW_PRIVATE: 'true',
      // Sessions of the default duration beat once a second.
      HEARTBEAT_MAX_INTERVAL_MS: '1000',
      HEARTBEAT_MIN_INTERVAL_MS: '200',
      ...(options.webMessaging === true ? webMessagingEnvironment(genesys.url) : {}),
      // There is no other replica that could serve requests.
      SHUTDOWN_NOTICE_MS: '0',
      ...storage.environment,
      ...options.environment,
    };
    const service = await ServiceProcess.start(environment, options.entry);
    return new ProcessWorld(genesys, crm, environment, service, options.entry);
  }

  /** The running service. */
  get service(): ServiceProcess {
    return this.current;
  }

  get api(): ServiceApi {
    return new ServiceApi(this.current.url);
  }

  /** Restarts the service on the same data, after its end or by killing it. */
  async restart(overrides: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.current.kill();
    this.current = await ServiceProcess.start({ ...this.environment, ...overrides }, this.entry);
  }

  async stop(): Promise<void> {
    await this.current.kill();
    await this.genesys.close();
    await this.crm.close();
  }
}
