import { aDelivery } from './domain/delivery.builder';
import { InFlightDeliveries } from './in-flight-deliveries';

interface Work {
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
    () =>
      new Promise((resolve, reject) => {
        work = {
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
