import { AuditLogger } from './audit-logger';
import { anAuditRecord } from './domain/audit-record.builder';
import { FakeAuditObserver } from './ports/audit-observer.fake';
import { RecordingLog } from './recording-log.fake';

const SERVICE = { type: 'service', name: 'guest-sessions' } as const;

describe(AuditLogger.name, () => {
  it('echoes each record as one line, in order, its action as the message', () => {
    const log = RecordingLog.install();
    const observer = new FakeAuditObserver();
    const [first, second] = [
      anAuditRecord({ action: 'SESSION_TERMINATED', reason: 'requested', detail: { lifetimeMs: 5 } }),
      anAuditRecord({ action: 'SINK_PAUSED', actor: SERVICE, conversationId: null, detail: { sink: 'crm' } }),
    ];

    new AuditLogger(observer).publish([first, second]);

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
    expect(observer.heard).toEqual(['SESSION_TERMINATED success', 'SINK_PAUSED success']);
  });

  it('logs nothing for no records', () => {
    const log = RecordingLog.install();

    new AuditLogger(new FakeAuditObserver()).publish([]);

    expect(log.lines).toEqual([]);
  });

  it('lets no detail forge another record', () => {
    const log = RecordingLog.install();
    const detail = { message: 'x', action: 'y', conversationId: 'z', at: 0, outcome: 'o', caller: 'c' };

    new AuditLogger(new FakeAuditObserver()).publish([anAuditRecord({ detail })]);

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
