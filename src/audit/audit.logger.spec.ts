import { AuditLogger } from './audit.logger';
import { RecordingLog } from './recording-log.fake';

const CONVERSATION = { conversationId: 'a', at: 1_800_000_000_000 } as const;

describe(AuditLogger.name, () => {
  it('echoes each record as one line, in order, its action as the message', () => {
    const log = RecordingLog.install();

    new AuditLogger().publish([
      { ...CONVERSATION, action: 'SESSION_TERMINATED', detail: { lifetimeMs: 5, upstream: 'confirmed' } },
      { ...CONVERSATION, action: 'CRM_SYNC_SUCCESS', detail: { latency: 12 } },
    ]);

    expect(log.lines).toEqual([
      {
        level: 'info',
        context: 'Audit',
        message: {
          ...CONVERSATION,
          message: 'SESSION_TERMINATED',
          action: 'SESSION_TERMINATED',
          lifetimeMs: 5,
          upstream: 'confirmed',
        },
      },
      {
        level: 'info',
        context: 'Audit',
        message: { ...CONVERSATION, message: 'CRM_SYNC_SUCCESS', action: 'CRM_SYNC_SUCCESS', latency: 12 },
      },
    ]);
  });

  it('says nothing of nothing', () => {
    const log = RecordingLog.install();

    new AuditLogger().publish([]);

    expect(log.lines).toEqual([]);
  });

  it('lets no detail pretend to be another record', () => {
    const log = RecordingLog.install();

    new AuditLogger().publish([
      {
        ...CONVERSATION,
        action: 'SESSION_FAILED',
        detail: { message: 'x', action: 'y', conversationId: 'z', at: 0 },
      },
    ]);

    expect(log.at('info')).toEqual([
      { ...CONVERSATION, message: 'SESSION_FAILED', action: 'SESSION_FAILED' },
    ]);
  });
});
