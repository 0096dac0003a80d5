import { SharedPlaces } from './shared-places';

const BOUNDS = { unknown: 3, slow: 6 };

let places: SharedPlaces;

beforeEach(() => {
  places = new SharedPlaces(BOUNDS);
});

function take(count: number, promptness: 'unknown' | 'slow'): void {
  for (let taken = 0; taken < count; taken += 1) places.take(promptness);
}

describe(SharedPlaces.name, () => {
  it('bounds no prompt receiver, however many places are taken', () => {
    take(BOUNDS.unknown, 'unknown');
    take(BOUNDS.slow, 'slow');

    expect(places.freeFor('prompt', 8)).toBe(Infinity);
  });

  it('gives one place to each receiver that has not answered, until all of theirs are taken', () => {
    expect([places.freeFor('unknown', 0), places.freeFor('unknown', 1)]).toEqual([1, 0]);
    take(BOUNDS.unknown, 'unknown');
    expect(places.freeFor('unknown', 0)).toBe(0);
    expect(places.freeFor('slow', 0)).toBeGreaterThan(0);
  });

  it('shares the places of slow receivers equally', () => {
    places.joinSlow();
    expect(places.freeFor('slow', 0)).toBe(6);
    const leave = places.joinSlow();
    expect([places.freeFor('slow', 0), places.freeFor('slow', 2), places.freeFor('slow', 6)]).toEqual([
      3, 1, 0,
    ]);
    leave();
    expect(places.freeFor('slow', 2)).toBe(4);
  });

  it('gives each slow receiver one place when there are more of them than places, until all are taken', () => {
    for (let joined = 0; joined <= BOUNDS.slow; joined += 1) places.joinSlow();
    expect([places.freeFor('slow', 0), places.freeFor('slow', 1)]).toEqual([1, 0]);
    take(BOUNDS.slow, 'slow');
    expect(places.freeFor('slow', 0)).toBe(0);
  });

  it('counts a delivery that takes long as one to a slow receiver until it is over', () => {
    places.joinSlow();
    const place = places.take('unknown');
    take(BOUNDS.unknown - 1, 'unknown');
    place.becomeSlow();
    expect([places.freeFor('unknown', 0), places.freeFor('slow', 0)]).toEqual([1, 5]);
    place.release();
    expect(places.freeFor('slow', 0)).toBe(6);
  });
});
