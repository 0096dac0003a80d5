import { aDelivery } from './domain/delivery.builder';
import { InFlightDeliveries } from './in-flight-deliveries';
import { SharedPlaces } from './shared-places';

interface Work {
  readonly answer: () => void;
  readonly finish: () => void;
  readonly fail: () => void;
}

let inFlight: InFlightDeliveries;
let over: string[];

beforeEach(() => {
  inFlight = new InFlightDeliveries(2);
  over = [];
});

/** Begins work on a conversation; undefined when it was not started. */
function begin(conversationId: string): Work | undefined {
  let work: Work | undefined;
  inFlight.begin(
    aDelivery({ conversationId }),
    (answered) =>
      new Promise((resolve, reject) => {
        work = {
          answer: answered,
          finish: resolve,
          fail: () => {
            reject(new Error('No'));
          },
        };
      }),
    () => over.push(conversationId),
  );
  return work;
}

describe(InFlightDeliveries.name, () => {
  it('takes one delivery per conversation', async () => {
    const first = begin('a');

    expect(first).toBeDefined();
    expect(begin('a')).toBeUndefined();
    first?.finish();
    await inFlight.settled();
    expect(begin('a')).toBeDefined();
  });

  it('takes no more than it has places', () => {
    expect([begin('a'), begin('b'), begin('c')].map((work) => work !== undefined)).toEqual([
      true,
      true,
      false,
    ]);
    expect(inFlight.free).toBe(0);
  });

  it('lists the conversations that are busy now', async () => {
    const work = begin('a');
    const { busy } = inFlight;

    work?.finish();
    await inFlight.settled();

    expect([...busy]).toEqual(['a']);
    expect([...inFlight.busy]).toEqual([]);
  });

  it('releases the place before it calls `whenOver`', async () => {
    const free: number[] = [];
    inFlight.begin(
      aDelivery({ conversationId: 'a' }),
      () => Promise.resolve(),
      () => free.push(inFlight.free),
    );
    await inFlight.settled();

    expect(free).toEqual([2]);
  });

  it('is settled when everything in flight is over', async () => {
    const [one, other] = [begin('a'), begin('b')];
    let isSettled = false;
    const settled = inFlight.settled().then(() => (isSettled = true));

    one?.finish();
    await Promise.resolve();
    expect(isSettled).toBe(false);
    other?.finish();
    await settled;

    expect(over).toEqual(['a', 'b']);
    expect(inFlight.free).toBe(2);
  });

  it('is settled at once when nothing is in flight', async () => {
    await expect(inFlight.settled()).resolves.toBeUndefined();
  });
});

describe(`${InFlightDeliveries.name} of one of several sinks`, () => {
  const CAPACITY = 8;
  let places: SharedPlaces;

  beforeEach(() => {
    jest.useFakeTimers();
    places = new SharedPlaces({ unknown: 64, slow: 16 });
    inFlight = new InFlightDeliveries(CAPACITY, places);
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  async function answeredAfter(ms: number, conversationId = 'first'): Promise<void> {
    const work = begin(conversationId);
    await jest.advanceTimersByTimeAsync(ms);
    work?.finish();
    await jest.advanceTimersByTimeAsync(0);
  }

  it('sends one at a time until the receiver has answered', async () => {
    expect(inFlight.free).toBe(1);
    expect([begin('a'), begin('b')].map((work) => work !== undefined)).toEqual([true, false]);
    await jest.advanceTimersByTimeAsync(999);
    expect(inFlight.free).toBe(0);
  });

  it('uses its whole capacity once the receiver has answered promptly', async () => {
    await answeredAfter(999);
    expect(inFlight.free).toBe(CAPACITY);
  });

  it('shares the places of slow receivers as soon as an answer takes long', async () => {
    await answeredAfter(10);
    const late = begin('late');
    await jest.advanceTimersByTimeAsync(1_000);
    expect(places.freeFor('slow', 0)).toBe(15);
    await answeredAfter(10, 'quick');
    // The late one is still open.
    expect(places.freeFor('slow', 0)).toBe(15);
    late?.finish();
    await jest.advanceTimersByTimeAsync(0);
    expect(places.freeFor('slow', 0)).toBe(16);
    await answeredAfter(10, 'quick');
    expect(inFlight.free).toBe(CAPACITY);
  });

  it('counts the time to the answer alone', async () => {
    const work = begin('a');
    work?.answer();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(inFlight.free).toBe(CAPACITY - 1);
    work?.finish();
    await jest.advanceTimersByTimeAsync(0);
    expect(inFlight.free).toBe(CAPACITY);
  });

  it('leaves 64 receivers that are slow from the first delivery no more than their places', async () => {
    const slow = Array.from({ length: 64 }, () => new InFlightDeliveries(CAPACITY, places));
    await answeredAfter(10);
    const fill = (): number => slow.reduce((sum, one) => sum + one.reserve(CAPACITY), 0);
    expect(fill()).toBe(64);
    for (const one of slow)
      one.begin(
        aDelivery({ conversationId: 'a' }),
        () => new Promise(() => undefined),
        () => undefined,
      );
    await jest.advanceTimersByTimeAsync(1_000);

    expect(fill()).toBe(0);
    expect(inFlight.free).toBe(CAPACITY);
  });

  it('keeps reserved places for deliveries that begin, and gives the others back', async () => {
    await answeredAfter(1_500);
    expect(inFlight.reserve(3)).toBe(3);
    expect(places.freeFor('slow', 0)).toBe(13);
    const work = begin('a');
    inFlight.cancelReservation();
    expect(places.freeFor('slow', 0)).toBe(15);
    work?.finish();
    await jest.advanceTimersByTimeAsync(0);
    expect(places.freeFor('slow', 0)).toBe(16);
  });
});
