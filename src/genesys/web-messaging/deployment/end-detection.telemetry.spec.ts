import { RecordingLog } from '../../../audit/recording-log.fake';
import { Environment } from '../../../config/environment';
import { GenesysConfig } from '../../../config/genesys.config';
import { WebMessagingConfig } from '../../../config/web-messaging.config';
import { HealthChecks } from '../../../health/health-checks';
import { ReadableMetrics } from '../../../metrics/readable-metrics.fake';
import { anAnswer, FakeGenesysHttpClient } from '../../transport/genesys-http-client.fake';
import { DeploymentConfig } from './deployment-config';
import { EndDetectionTelemetry } from './end-detection.telemetry';

const OFF = anAnswer(200, {});
const SEND = anAnswer(200, {
  messenger: { apps: { conversations: { conversationDisconnect: { enabled: true, type: 'Send' } } } },
});

let log: RecordingLog;
let http: FakeGenesysHttpClient;
let health: HealthChecks;
let metrics: ReadableMetrics;

beforeEach(() => {
  jest.useFakeTimers();
  log = RecordingLog.install();
  http = new FakeGenesysHttpClient();
  health = new HealthChecks();
  metrics = new ReadableMetrics();
});
afterEach(() => {
  jest.useRealTimers();
});

async function start(settings: Partial<Environment> = {}): Promise<void> {
  const environment = Object.assign(new Environment(), {
    GENESYS_REGION: 'usw2.pure.cloud',
    GENESYS_DEPLOYMENT_ID: 'd',
    GENESYS_ORIGIN: 'https://shop.example',
    ...settings,
  });
  const config = new WebMessagingConfig(environment);
  const deployment = new DeploymentConfig(http, config);
  const genesys = new GenesysConfig(environment);
  const telemetry = new EndDetectionTelemetry(deployment, config, genesys, health, metrics);
  telemetry.onModuleInit();
  telemetry.onApplicationBootstrap();
  await jest.advanceTimersByTimeAsync(0);
}

async function detail(): Promise<unknown> {
  return Promise.all(health.notes.map(async ([name, note]) => [name, await note()]));
}

describe(EndDetectionTelemetry.name, () => {
  it('warns of a deployment that does not signal the end, until it does', async () => {
    http.next(OFF, SEND, OFF);
    await start();

    expect(await detail()).toEqual([['web-messaging-deployment', { endDetection: 'none' }]]);
    expect(await metrics.sample('agent_end_undetected')).toBe(1);
    const warning = {
      message: 'End by the agent undetectable: conversation disconnect is off in the deployment',
    };
    expect(log.at('warn')).toEqual([warning]);

    await jest.advanceTimersByTimeAsync(300_000);
    await detail();
    await jest.advanceTimersByTimeAsync(0);
    expect(await detail()).toEqual([['web-messaging-deployment', { endDetection: 'event' }]]);
    expect(await metrics.sample('agent_end_undetected')).toBe(0);

    await jest.advanceTimersByTimeAsync(300_000);
    await detail();
    await jest.advanceTimersByTimeAsync(0);
    expect(log.at('warn')).toEqual([warning, warning]);
  });

  it('reports `unknown` while the deployment cannot be read', async () => {
    http.next(anAnswer(503));
    await start();

    expect(await detail()).toEqual([['web-messaging-deployment', { endDetection: 'unknown' }]]);
    expect(log.at('warn')).toEqual([]);
  });

  it('reads nothing at the start without a deployment, or where the start asks for nothing', async () => {
    await start({ GENESYS_SIGN_IN_AT_START: false });
    expect(http.requests).toEqual([]);

    health = new HealthChecks();
    metrics = new ReadableMetrics();
    await start({ GENESYS_DEPLOYMENT_ID: '' });
    expect(http.requests).toEqual([]);
    expect(health.notes).toEqual([]);
  });
});
