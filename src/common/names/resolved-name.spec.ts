import type { FoundAddresses } from './host-lookup';
import { NameUnresolvedError } from './name.errors';
import { ResolvedName } from './resolved-name';

const FIRST = { addresses: [{ address: '10.0.0.1', family: 4 }], ttlMs: 10_000 };
const SECOND = { addresses: [{ address: '10.0.0.2', family: 4 }], ttlMs: 10_000 };
const UNANSWERED = new NameUnresolvedError('EAI_AGAIN', 'crm.example');
const UNKNOWN = new NameUnresolvedError('ENOTFOUND', 'crm.example');

let now: number;
let lookups: PromiseWithResolvers<FoundAddresses>[];
let name: ResolvedName;

interface PromiseWithResolvers<T> {
  resolve(value: T): void;
  reject(error: Error): void;
  readonly promise: Promise<T>;
}

function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise, resolve, reject };
}

beforeEach(() => {
  jest.useFakeTimers();
  now = 0;
  lookups = [];
  name = new ResolvedName(
    'crm.example',
    () => {
      const lookup = withResolvers<FoundAddresses>();
      lookups.push(lookup);
      return lookup.promise;
    },
    () => now,
  );
});
afterEach(() => {
  jest.useRealTimers();
});

async function known(): Promise<void> {
  const asked = name.addresses();
  lookups[0]?.resolve(FIRST);
  await asked;
}

describe(ResolvedName.name, () => {
  it('looks up once for concurrent calls, and caches the result for its time to live', async () => {
    const asked = [name.addresses(), name.addresses()];
    lookups[0]?.resolve(FIRST);
    expect(await Promise.all(asked)).toEqual([FIRST.addresses, FIRST.addresses]);

    now = 9_999;
    expect(await name.addresses()).toEqual(FIRST.addresses);
    expect(lookups).toHaveLength(1);
    now = 10_000;
    const again = name.addresses();
    lookups[1]?.resolve(SECOND);
    expect(await again).toEqual(SECOND.addresses);
  });

  it.each([
    ['no less than a second', 0, 1_000],
    ['no more than a minute', 86_400_000, 60_000],
  ])('keeps an answer for %s', async (_, ttlMs, keptMs) => {
    const asked = name.addresses();
    lookups[0]?.resolve({ ...FIRST, ttlMs });
    await asked;
    now = keptMs - 1;
    await name.addresses();
    expect(lookups).toHaveLength(1);
    now = keptMs;
    void name.addresses();
    expect(lookups).toHaveLength(2);
  });

  it('caches a failure for a second', async () => {
    const asked = name.addresses();
    lookups[0]?.reject(UNKNOWN);
    await expect(asked).rejects.toBe(UNKNOWN);
    now = 999;
    await expect(name.addresses()).rejects.toBe(UNKNOWN);
    expect(lookups).toHaveLength(1);

    now = 1_000;
    const again = name.addresses();
    lookups[1]?.resolve(SECOND);
    expect(await again).toEqual(SECOND.addresses);
  });

  it('uses an earlier result during a slow look-up, and waits for it only once', async () => {
    await known();
    now = 10_000;
    const slow = name.addresses();
    await jest.advanceTimersByTimeAsync(250);

    expect(await slow).toEqual(FIRST.addresses);
    expect(await name.addresses()).toEqual(FIRST.addresses);
    lookups[1]?.resolve(SECOND);
    await jest.advanceTimersByTimeAsync(0);
    expect(await name.addresses()).toEqual(SECOND.addresses);
    expect(lookups).toHaveLength(2);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('uses an earlier result when the name servers fail, and drops it when the name is gone', async () => {
    await known();
    now = 10_000;
    const failing = name.addresses();
    lookups[1]?.reject(UNANSWERED);
    expect(await failing).toEqual(FIRST.addresses);

    now = 12_000;
    const gone = name.addresses();
    lookups[2]?.reject(UNKNOWN);
    await expect(gone).rejects.toBe(UNKNOWN);
  });
});
