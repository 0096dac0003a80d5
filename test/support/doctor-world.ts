import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { newDataKey } from '../../src/config/data-key-list';
import { StorageConfig } from '../../src/config/storage.config';
import { examine } from '../../src/doctor/examine';
import type { ReportedFinding } from '../../src/doctor/finding';
import { OPEN_INTEGRATION, openMessagingEnvironment } from '../../src/open-messaging-environment';
import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import { CrmSimulator } from '../../src/simulator/crm-simulator';
import { GenesysSimulator } from '../../src/simulator/genesys-simulator';
import { DEMO_DEPLOYMENT_ID, type DeploymentOptions } from '../../src/simulator/web-messaging/deployment';
import { webMessagingEnvironment } from '../../src/web-messaging-environment';
import { aCaller, keysOf } from './callers';

type Settings = Readonly<Record<string, string | undefined>>;

interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

const ENTRY = resolve(__dirname, '../../dist/doctor.js');
const CRM_SECRET = `whsec_${Buffer.from('a-secret-of-32-bytes-for-the-crm').toString('base64')}`;
const ALL = { isOffline: false, triesSession: true };

/** Genesys Cloud, a CRM and a data directory, whose settings have no fault, and the diagnosis of them. */
export class DoctorWorld implements AsyncDisposable {
  readonly dataKey = newDataKey('k1');

  private constructor(
    readonly genesys: GenesysSimulator,
    readonly crm: CrmSimulator,
    readonly dataDir: string,
  ) {
    genesys.openMessaging.setWebhook(OPEN_INTEGRATION.id, crm.url);
  }

  static async start(deployment: DeploymentOptions = {}): Promise<DoctorWorld> {
    const genesys = await GenesysSimulator.start({
      openMessaging: { integrations: [OPEN_INTEGRATION] },
      webMessaging: { deployments: [{ id: DEMO_DEPLOYMENT_ID, ...deployment }] },
    });
    const dataDir = await mkdtemp(join(tmpdir(), 'doctor-'));
    return new DoctorWorld(genesys, await CrmSimulator.start(), dataDir);
  }

  get settings(): Readonly<Record<string, string>> {
    const { genesys, crm, dataDir, dataKey } = this;
    return {
      ...keysOf(aCaller('billing')),
      DATA_DIR: dataDir,
      DATA_KEY: dataKey,
      GENESYS_LOGIN_URL: genesys.url,
      GENESYS_API_URL: genesys.url,
      GENESYS_CLIENT_ID: 'demo-client',
      GENESYS_CLIENT_SECRET: 'demo-secret',
      ...webMessagingEnvironment(genesys.url),
      ...openMessagingEnvironment(),
      CRM_WEBHOOK_URL: crm.url,
      CRM_WEBHOOK_SECRET: CRM_SECRET,
      CRM_WEBHOOK_ALLOW_PRIVATE: 'true',
    };
  }

  get secrets(): readonly string[] {
    const [, key = ''] = this.dataKey.split(':');
    return ['demo-secret', CRM_SECRET, CRM_SECRET.slice('whsec_'.length), key, OPEN_INTEGRATION.secret];
  }

  /** The findings with some settings changed. */
  async findings(changes: Settings = {}): Promise<readonly ReportedFinding[]> {
    const signal = new AbortController().signal;
    return (await examine({ ...this.settings, ...changes }, ALL, signal)).findings;
  }

  /** The warnings and failures among them. */
  async faults(changes: Settings = {}): Promise<readonly ReportedFinding[]> {
    const findings = await this.findings(changes);
    return findings.filter(({ outcome }) => outcome === 'warn' || outcome === 'fail');
  }

  /** Executes the built command. */
  run(changes: Settings = {}, ...options: readonly string[]): Promise<Outcome> {
    if (!existsSync(ENTRY)) throw new Error(`${ENTRY} does not exist: run "npm run build" first.`);
    const env = { ...this.settings, ...changes };
    return new Promise((resolveWith) => {
      const child = execFile(process.execPath, [ENTRY, ...options], { env }, (_, stdout, stderr) => {
        resolveWith({ code: child.exitCode, output: stdout + stderr });
      });
    });
  }

  /** Opens the database as the service does, which migrates the schema and registers the data key. */
  openDatabase(dataKey = this.dataKey): Promise<DatabaseConnection> {
    return DatabaseConnection.open(new StorageConfig({ DATA_DIR: this.dataDir, DATA_KEY: [dataKey] }));
  }

  async migrate(dataKey = this.dataKey): Promise<void> {
    const connection = await this.openDatabase(dataKey);
    await connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.genesys.close();
    await this.crm.close();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

/** The matcher of a fault, by parts of its message and of its fix. */
export function aFault(outcome: 'warn' | 'fail', check: string, message: string, fix: string): object {
  return {
    outcome,
    check,
    message: expect.stringContaining(message) as string,
    fix: expect.stringContaining(fix) as string,
  };
}
