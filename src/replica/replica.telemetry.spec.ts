import { RecordingLog } from '../audit/recording-log.fake';
import { Environment } from '../config/environment';
import { ReplicaConfig } from '../config/replica.config';
import { HealthChecks } from '../health/health-checks';
import { ReadableMetrics } from '../metrics/readable-metrics.fake';
import { FakeLease } from './ports/lease.fake';
import { ReplicaTelemetry } from './replica.telemetry';

let log: RecordingLog;
let health: HealthChecks;

beforeEach(() => {
  log = RecordingLog.install();
  health = new HealthChecks();
});

function tell(settings: Partial<Environment>, isShared = true): void {
  const config = new ReplicaConfig(Object.assign(new Environment(), settings));
  new ReplicaTelemetry(new ReadableMetrics(), health, Object.assign(new FakeLease(), { isShared }), config);
}
const notes = (): Promise<unknown[]> =>
  Promise.all(health.notes.map(async ([name, detail]) => [name, await detail()]));

describe(ReplicaTelemetry.name, () => {
  it('warns of a replica without an address for others, and shows it beside readiness', async () => {
    tell({ PORT: 0 });

    expect(log.at('warn')).toEqual([expect.objectContaining({ setting: 'REPLICA_URL' })]);
    expect(await notes()).toEqual([['forwarding', { address: 'none' }]]);
    expect(health.all).toEqual([]);
  });

  it('shows that an address is announced, but not the address', async () => {
    tell({ REPLICA_URL: 'http://replica-1:3000' });

    expect(log.at('warn')).toEqual([]);
    expect(await notes()).toEqual([['forwarding', { address: 'announced' }]]);
  });

  it('logs nothing on an unshared database', async () => {
    tell({ PORT: 0 }, false);

    expect(log.at('warn')).toEqual([]);
    expect(await notes()).toEqual([]);
  });
});
