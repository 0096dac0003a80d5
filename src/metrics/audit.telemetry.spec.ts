import { AuditTelemetry } from './audit.telemetry';
import { Metrics } from './metrics';

let metrics: Metrics;
let telemetry: AuditTelemetry;

beforeEach(() => {
  metrics = new Metrics();
  telemetry = new AuditTelemetry(metrics);
});

async function value(name: string): Promise<string | undefined> {
  const line = (await metrics.page()).text.split('\n').find((text) => text.startsWith(`${name} `));
  return line?.slice(name.length + 1);
}

describe(AuditTelemetry.name, () => {
  it('counts records by action and outcome', async () => {
    telemetry.written('SINK_PAUSED', 'success');
    telemetry.written('SINK_PAUSED', 'success');

    const name = 'guest_sessions_audit_records_total{action="SINK_PAUSED",outcome="success"}';
    expect(await value(name)).toBe('2');
  });

  it('shows the result of the last check of the trail, and none before the first', async () => {
    const told = [await value('guest_sessions_audit_chain_ok')];
    for (const isWhole of [true, false]) {
      telemetry.checked(isWhole);
      told.push(await value('guest_sessions_audit_chain_ok'));
    }

    expect(told).toEqual(['Nan', '1', '0']);
  });
});
