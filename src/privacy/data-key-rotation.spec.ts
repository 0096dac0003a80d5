import { PoisonMessageReporter } from '../common/poison/poison-message-reporter';
import { RecordingLog } from '../audit/recording-log.fake';
import { DataKeyRotation } from './data-key-rotation';
import { FakeReencryptionStore } from './ports/reencryption.store.fake';
import { PrivacyTelemetry } from './privacy.telemetry';

const MINUTE = 60_000;
const REST = 20;

let log: RecordingLog;
let keys: FakeReencryptionStore;
let rotation: DataKeyRotation;

beforeEach(() => {
  jest.useFakeTimers();
  log = RecordingLog.install();
  keys = new FakeReencryptionStore();
  rotation = new DataKeyRotation(keys, new PrivacyTelemetry(new PoisonMessageReporter()));
});
afterEach(async () => {
  await expectStopped();
  jest.useRealTimers();
});

async function expectStopped(): Promise<void> {
  await rotation.onModuleDestroy();
  expect(jest.getTimerCount()).toBe(0);
}

describe(DataKeyRotation.name, () => {
  it('does not walk and logs nothing while there is only the current key', async () => {
    rotation.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(10 * MINUTE);

    expect(keys.walked).toEqual([]);
    expect(log.lines).toEqual([]);
  });

  it('walks from the start of the process to the end of the stored texts, with pauses', async () => {
    keys.ids = ['k1'];
    keys.steps.push(100, 0, 7);
    rotation.onApplicationBootstrap();

    await jest.advanceTimersByTimeAsync(REST - 1);
    expect(keys.walked).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(10 * REST);

    expect(keys.walked).toEqual([undefined, { place: 0, key: '1' }, { place: 0, key: '2' }]);
    expect(keys.ids).toEqual([]);
  });

  it('logs the start, and each key that is no longer needed', async () => {
    keys.ids = ['', 'k1'];
    keys.steps.push(2, 3);
    rotation.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(10 * MINUTE);

    expect(log.at('info')).toEqual([
      { message: 'Encryption of plain texts started' },
      { message: 'Re-encryption from an older key of DATA_KEY started', dataKey: 'k1' },
      { message: 'Encryption of plain texts completed', count: 5 },
      { message: 'Data key no longer needed', dataKey: 'k1', count: 5 },
    ]);
  });

  it('retires no key before the end of the walk, and begins again after a failure', async () => {
    keys.ids = ['k1'];
    keys.steps.push(100, new Error('away'), 5);
    rotation.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(MINUTE - 1);

    expect(keys.ids).toEqual(['k1']);
    expect(log.at('warn')).toEqual([expect.objectContaining({ error: expect.any(Error) as Error })]);
    await jest.advanceTimersByTimeAsync(MINUTE);

    expect(keys.walked).toEqual([undefined, { place: 0, key: '1' }, undefined]);
    expect(keys.ids).toEqual([]);
  });

  it('ends between two steps when the process stops, and retires no key', async () => {
    keys.ids = ['k1'];
    keys.steps.push(...Array.from({ length: 100 }, () => 100));
    rotation.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(1.5 * REST);
    await rotation.onModuleDestroy();
    await jest.advanceTimersByTimeAsync(10 * MINUTE);

    expect(keys.walked).toHaveLength(2);
    expect(keys.ids).toEqual(['k1']);
  });

  it('continues after texts that no key decrypts, retires no key, and repeats the walk an hour later', async () => {
    keys.ids = ['k1'];
    keys.unreadable = ['session/a/name', 'session/b/name'];
    keys.steps.push(100, 7);
    rotation.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(50 * MINUTE);

    expect(keys.walked).toHaveLength(2);
    expect(keys.ids).toEqual(['k1']);
    expect(log.at('error')).toEqual([
      expect.objectContaining({ message: 'Poison message set aside', operation: 'data-keys' }),
      expect.objectContaining({ message: 'Poison message set aside', operation: 'data-keys' }),
      expect.objectContaining({ count: 2 }),
    ]);
    keys.unreadable = [];
    await jest.advanceTimersByTimeAsync(11 * MINUTE);

    expect(keys.walked).toHaveLength(3);
    expect(keys.ids).toEqual([]);
  });
});
