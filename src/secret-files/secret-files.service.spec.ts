import { writeFileSync } from 'node:fs';
import { RecordingLog } from '../audit/recording-log.fake';
import { MINIMAL, settingFiles } from '../config/environment.fake';
import { readEnvironment } from '../config/read-environment';
import { SecretFilesConfig } from '../config/secret-files.config';
import { WebhookSecrets } from '../config/webhook-secrets';
import { HealthChecks } from '../health/health-checks';
import { ReadableMetrics } from '../metrics/readable-metrics.fake';
import { SecretFilesService } from './secret-files.service';
import { SecretFilesTelemetry } from './secret-files.telemetry';

const fileWith = settingFiles();
const [OLD, NEW] = ['a', 'b'].map(
  (letter) => `whsec_${Buffer.from(letter.repeat(32)).toString('base64')}`,
) as [string, string];
const SETTING = 'CRM_WEBHOOK_SECRET_FILE';

let path: string;
let secrets: WebhookSecrets;
let metrics: ReadableMetrics;
let checks: HealthChecks;
let service: SecretFilesService;
let log: RecordingLog;

beforeEach(() => {
  log = RecordingLog.install();
  jest.useFakeTimers();
  path = fileWith(OLD);
  const environment = readEnvironment({ ...MINIMAL, [SETTING]: path });
  secrets = new WebhookSecrets(environment);
  metrics = new ReadableMetrics();
  checks = new HealthChecks();
  const telemetry = new SecretFilesTelemetry(metrics);
  service = new SecretFilesService(new SecretFilesConfig(environment), telemetry, checks);
  service.onApplicationBootstrap();
});
afterEach(() => {
  service.onModuleDestroy();
  jest.useRealTimers();
});

async function detail(): Promise<unknown> {
  return checks.notes[0]?.[1]();
}

describe(SecretFilesService.name, () => {
  it('notices a rotation within five seconds, also when the secret is not in use', () => {
    writeFileSync(path, NEW);
    jest.advanceTimersByTime(5_000);
    writeFileSync(path, 'garbage');

    expect(secrets.current).toEqual([NEW]);
  });

  it('reports an unusable file once, in the log, the readiness detail and the metric, and its recovery', async () => {
    writeFileSync(path, 'garbage');
    jest.advanceTimersByTime(15_000);

    expect(await detail()).toEqual({ [SETTING]: 'unusable' });
    expect(await metrics.sample(`secret_file_unusable{setting="${SETTING}"}`)).toBe(1);
    writeFileSync(path, NEW);
    jest.advanceTimersByTime(5_000);

    expect(await detail()).toEqual({ [SETTING]: 'ok' });
    expect(await metrics.sample(`secret_file_unusable{setting="${SETTING}"}`)).toBe(0);
    expect(log.at('error')).toMatchObject([{ setting: SETTING }]);
    expect(log.at('info')).toMatchObject([{ setting: SETTING }]);
  });

  it('leaves no timer', () => {
    service.onModuleDestroy();

    expect(jest.getTimerCount()).toBe(0);
  });
});
