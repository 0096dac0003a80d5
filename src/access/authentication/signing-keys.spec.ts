import { SystemClock } from '../../common/time/system-clock';
import { errors, exportJWK, generateKeyPair, type JWK } from 'jose';
import { RecordingLog } from '../../audit/recording-log.fake';
import { ReadableMetrics } from '../../metrics/readable-metrics.fake';
import { AccessTelemetry } from '../access.telemetry';
import { AuthUnavailableError } from '../domain/access.errors';
import { FakeKeySource } from '../ports/key-source.fake';
import { SigningKeys } from './signing-keys';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let one: JWK;
let other: JWK;
let source: FakeKeySource;
let metrics: ReadableMetrics;
let keys: SigningKeys;
let log: RecordingLog;

beforeAll(async () => {
  const make = async (kid: string): Promise<JWK> => {
    const { publicKey } = await generateKeyPair('ES256');
    return { ...(await exportJWK(publicKey)), kid, alg: 'ES256' };
  };
  [one, other] = [await make('one'), await make('other')];
});

beforeEach(() => {
  jest.useFakeTimers({ now: 1_800_000_000_000, doNotFake: ['nextTick', 'setImmediate'] });
  log = RecordingLog.install();
  source = new FakeKeySource();
  source.answer = { keys: [one] };
  metrics = new ReadableMetrics();
  keys = new SigningKeys(source, new SystemClock(), new AccessTelemetry(metrics), metrics);
});
afterEach(() => {
  jest.useRealTimers();
});

/** What comes of looking for a key: `found`, or the name of the error. */
async function look(kid: string): Promise<string> {
  const token = { payload: '', signature: '' };
  try {
    await keys.find({ alg: 'ES256', kid }, token);
    return 'found';
  } catch (error) {
    return (error as Error).constructor.name;
  }
}

const MISSING = errors.JWKSNoMatchingKey.name;
const UNAVAILABLE = AuthUnavailableError.name;

describe(SigningKeys.name, () => {
  it('asks when a key is first needed, and for five minutes not again', async () => {
    expect(source.asked).toBe(0);
    expect(await Promise.all([look('one'), look('one'), look('one')])).toEqual(['found', 'found', 'found']);
    jest.advanceTimersByTime(5 * MINUTE - 1);
    expect(await look('one')).toBe('found');
    expect(source.asked).toBe(1);
    expect(await metrics.sample('jwks_age_seconds')).toBe(300);

    jest.advanceTimersByTime(1);
    expect(await look('one')).toBe('found');
    expect(source.asked).toBe(2);
  });

  it('forgets a key that the issuer has taken out, after five minutes', async () => {
    await look('one');
    source.answer = { keys: [other] };
    jest.advanceTimersByTime(5 * MINUTE);

    expect([await look('one'), await look('other')]).toEqual([MISSING, 'found']);
  });

  it('finds a key that is new, half a minute after the last question at the latest', async () => {
    await look('one');
    source.answer = { keys: [one, other] };

    expect(await look('other')).toBe(MISSING);
    jest.advanceTimersByTime(30 * SECOND);
    expect(await look('other')).toBe('found');
    expect(source.asked).toBe(2);
  });

  it('asks twice a minute at most, however many keys are made up', async () => {
    await look('one');
    for (let second = 0; second < 120; second += 1) {
      jest.advanceTimersByTime(SECOND);
      expect(await look(`made-up-${second}`)).toBe(MISSING);
    }
    expect(source.asked).toBe(1 + 4);
  });

  it('keeps the last known keys in force for a day, and tries every five seconds', async () => {
    await look('one');
    source.answer = new Error('away');
    jest.advanceTimersByTime(5 * MINUTE);
    for (let second = 0; second < 20; second += 1) {
      expect(await look('one')).toBe('found');
      jest.advanceTimersByTime(SECOND);
    }
    expect(source.asked).toBe(1 + 4);
    jest.advanceTimersByTime(24 * HOUR - 5 * MINUTE - 20 * SECOND - 1);
    expect(await look('one')).toBe('found');

    jest.advanceTimersByTime(5 * SECOND);
    expect(await look('one')).toBe(UNAVAILABLE);
    expect([log.at('warn').length, log.at('error').length]).toEqual([1, 1]);

    source.answer = { keys: [one] };
    jest.advanceTimersByTime(5 * SECOND);
    expect(await look('one')).toBe('found');
  });

  it('lets nobody wait for an issuer that hangs, once that is known', async () => {
    await look('one');
    source.answer = new Error('away');
    jest.advanceTimersByTime(5 * MINUTE);
    await look('one');
    jest.advanceTimersByTime(5 * SECOND);
    source.gate = new Promise(() => undefined);

    expect(await look('one')).toBe('found');
    expect(source.asked).toBe(3);
  });

  it('calls no key unknown while the issuer cannot be asked', async () => {
    await look('one');
    source.answer = new Error('away');
    jest.advanceTimersByTime(30 * SECOND);

    expect([await look('other'), await look('other'), await look('one')]).toEqual([
      UNAVAILABLE,
      UNAVAILABLE,
      'found',
    ]);
    expect(source.asked).toBe(2);
  });

  it.each([{}, { keys: 7 }, { keys: ['x'] }, null, 'keys', []])('takes %j for no key set', async (answer) => {
    source.answer = answer;

    expect(await look('one')).toBe(UNAVAILABLE);
  });

  it('tells one request from the next that failed, and no age before the first', async () => {
    source.answer = new Error('away');
    expect([await look('one'), await look('one')]).toEqual([UNAVAILABLE, UNAVAILABLE]);
    expect(source.asked).toBe(1);
    expect(await metrics.sample('jwks_age_seconds')).toBeNaN();
  });
});
