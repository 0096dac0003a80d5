import { SystemClock } from '../../common/time/system-clock';
import { errors, exportJWK, generateKeyPair, type JWK } from 'jose';
import { RecordingLog } from '../../audit/recording-log.fake';
import { ReadableMetrics } from '../../metrics/readable-metrics.fake';
import { AccessTelemetry } from '../access.telemetry';
import { AuthUnavailableError } from '../domain/access.errors';
import { FakeJwksSource } from '../ports/jwks-source.fake';
import { RemoteJwkSet } from './remote-jwk-set';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let one: JWK;
let other: JWK;
let source: FakeJwksSource;
let metrics: ReadableMetrics;
let keys: RemoteJwkSet;
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
  source = new FakeJwksSource();
  source.answer = { keys: [one] };
  metrics = new ReadableMetrics();
  keys = new RemoteJwkSet(source, new SystemClock(), new AccessTelemetry(metrics), metrics);
});
afterEach(() => {
  jest.useRealTimers();
});

/** The outcome of a lookup: `found`, or the name of the error. */
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

describe(RemoteJwkSet.name, () => {
  it('fetches on first use, and not again for five minutes', async () => {
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

  it('drops a key that the issuer has removed, after five minutes', async () => {
    await look('one');
    source.answer = { keys: [other] };
    jest.advanceTimersByTime(5 * MINUTE);

    expect([await look('one'), await look('other')]).toEqual([MISSING, 'found']);
  });

  it('finds a new key, at the latest half a minute after the last fetch', async () => {
    await look('one');
    source.answer = { keys: [one, other] };

    expect(await look('other')).toBe(MISSING);
    jest.advanceTimersByTime(30 * SECOND);
    expect(await look('other')).toBe('found');
    expect(source.asked).toBe(2);
  });

  it('fetches at most twice a minute, however many key ids are invented', async () => {
    await look('one');
    for (let second = 0; second < 120; second += 1) {
      jest.advanceTimersByTime(SECOND);
      expect(await look(`made-up-${second}`)).toBe(MISSING);
    }
    expect(source.asked).toBe(1 + 4);
  });

  it('keeps the last known keys in force for a day, and retries every five seconds', async () => {
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

  it('lets no token wait for an issuer that is known to hang', async () => {
    await look('one');
    source.answer = new Error('away');
    jest.advanceTimersByTime(5 * MINUTE);
    await look('one');
    jest.advanceTimersByTime(5 * SECOND);
    source.gate = new Promise(() => undefined);

    expect(await look('one')).toBe('found');
    expect(source.asked).toBe(3);
  });

  it('reports no key as unknown while the issuer is unreachable', async () => {
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

  it.each([{}, { keys: 7 }, { keys: ['x'] }, null, 'keys', []])('rejects %j as a key set', async (answer) => {
    source.answer = answer;

    expect(await look('one')).toBe(UNAVAILABLE);
  });

  it('does not repeat a failed fetch at once, and reports no age before the first success', async () => {
    source.answer = new Error('away');
    expect([await look('one'), await look('one')]).toEqual([UNAVAILABLE, UNAVAILABLE]);
    expect(source.asked).toBe(1);
    expect(await metrics.sample('jwks_age_seconds')).toBeNaN();
  });
});
