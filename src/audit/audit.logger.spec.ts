import { Metrics } from '../metrics/metrics';
import { AuditLogger } from './audit.logger';
import { anAuditRecord } from './domain/audit-record.builder';
import { RecordingLog } from './recording-log.fake';

const SERVICE = { type: 'service', name: 'guest-sessions' } as const;

describe(AuditLogger.name, () => {
  it('echoes each record as one line, in order, its action as the message', async () => {
    const log = RecordingLog.install();
    const metrics = new Metrics();
    const [first, second] = [
      anAuditRecord({ action: 'SESSION_TERMINATED', reason: 'requested', detail: { lifetimeMs: 5 } }),
      anAuditRecord({ action: 'SINK_PAUSED', actor: SERVICE, conversationId: null, detail: { sink: 'crm' } }),
    ];

    new AuditLogger(metrics).publish([first, second]);

    expect(log.lines).toEqual([
      {
        level: 'info',
        context: 'Audit',
        message: {
          message: 'SESSION_TERMINATED',
          action: 'SESSION_TERMINATED',
          outcome: 'success',
          caller: 'billing',
          conversationId: 'a',
          at: first.at,
          reason: 'requested',
          lifetimeMs: 5,
        },
      },
      {
        level: 'info',
        context: 'Audit',
        message: {
          message: 'SINK_PAUSED',
          action: 'SINK_PAUSED',
          outcome: 'success',
          at: second.at,
          sink: 'crm',
        },
      },
    ]);
    expect((await metrics.page()).text).toContain(
      'guest_sessions_audit_records_total{action="SINK_PAUSED",outcome="success"} 1',
    );
  });

  it('says nothing of nothing', () => {
    const log = RecordingLog.install();

    new AuditLogger(new Metrics()).publish([]);

    expect(log.lines).toEqual([]);
  });

  it('lets no detail pretend to be another record', () => {
    const log = RecordingLog.install();
    const detail = { message: 'x', action: 'y', conversationId: 'z', at: 0, outcome: 'o', caller: 'c' };

    new AuditLogger(new Metrics()).publish([anAuditRecord({ detail })]);

    expect(log.at('info')).toEqual([
      expect.objectContaining({
        message: 'SESSION_INITIALIZED',
        action: 'SESSION_INITIALIZED',
        conversationId: 'a',
        outcome: 'success',
        caller: 'billing',
      }),
    ]);
  });
});
