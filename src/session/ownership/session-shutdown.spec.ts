import { RecordingLog } from '../../audit/recording-log.fake';
import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import { aSession, anActiveSession } from '../domain/session.builder';
import { SessionShutdown } from './session-shutdown';
import { FakeSessionServices } from '../session-services.fake';

let log: RecordingLog;

beforeEach(() => {
  jest.useFakeTimers();
  log = RecordingLog.install();
});
afterEach(() => {
  jest.useRealTimers();
});

describe(SessionShutdown.name, () => {
  it('leaves the sessions to the next process on handover', async () => {
    const services = new FakeSessionServices({ SHUTDOWN_MODE: 'handover' });
    const active = anActiveSession();
    services.store.given(active);

    await services.shutdown.onModuleDestroy();

    expect(services.store.row(active.conversationId)).toEqual(active.snapshot);
    expect(services.channel.calls).toEqual([]);
  });

  describe('on disconnect', () => {
    let services: FakeSessionServices;

    beforeEach(() => {
      services = new FakeSessionServices({ SHUTDOWN_MODE: 'disconnect' });
    });

    it('ends every active session upstream and for the CRM', async () => {
      const active = Array.from({ length: 150 }, () => anActiveSession());
      const connecting = aSession();
      services.store.given(...active, connecting);

      await services.shutdown.onModuleDestroy();

      for (const { conversationId } of active) {
        expect(services.store.row(conversationId)).toMatchObject({
          state: 'terminated',
          endReason: 'shutdown',
        });
      }
      expect(services.channel.called('disconnect')).toHaveLength(150);
      expect(services.store.events).toHaveLength(150);
      expect(services.store.row(connecting.conversationId).state).toBe('connecting');
    });

    it('ends the rest in the store only, once the grace period is over', async () => {
      services.store.given(...Array.from({ length: 100 }, () => anActiveSession()));
      services.channel.onDisconnect(
        ...Array.from({ length: 100 }, () => (signal: AbortSignal) => {
          return new Promise<never>((_, reject) => {
            signal.addEventListener('abort', () => {
              reject(new Error('Aborted'));
            });
          });
        }),
      );
      services.drain.begin();

      const over = services.shutdown.onModuleDestroy();
      await jest.advanceTimersByTimeAsync(5_000);
      await over;

      expect(services.channel.called('disconnect')).toHaveLength(64);
      expect(services.store.slots).toBe(0);
    });

    it('lets the process stop when the database is away, and says what that means', async () => {
      const active = anActiveSession();
      services.store.given(active);
      services.store.failNext('save', new StorageUnavailableError());

      await services.shutdown.onModuleDestroy();

      expect(services.store.row(active.conversationId).state).toBe('active');
      expect(log.at('error')).toHaveLength(1);
    });
  });
});
