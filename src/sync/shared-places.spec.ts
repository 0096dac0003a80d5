import { SharedPlaces } from './shared-places';

describe(SharedPlaces.name, () => {
  it('gives at most half of the places to receivers that are not prompt', () => {
    const places = new SharedPlaces(4);
    expect([places.freeFor(true), places.freeFor(false)]).toEqual([4, 2]);
    places.take(false);
    places.take(false);
    expect([places.freeFor(true), places.freeFor(false)]).toEqual([2, 0]);
  });

  it('gives slow receivers no more than is left', () => {
    const places = new SharedPlaces(4);
    for (let index = 0; index < 3; index += 1) places.take(true);
    expect([places.freeFor(true), places.freeFor(false)]).toEqual([1, 1]);
  });

  it('takes a place back as it was given', () => {
    const places = new SharedPlaces(4);
    const giveBackSlow = places.take(false);
    const giveBackPrompt = places.take(true);
    giveBackSlow();
    expect([places.freeFor(true), places.freeFor(false)]).toEqual([3, 2]);
    giveBackPrompt();
    expect([places.freeFor(true), places.freeFor(false)]).toEqual([4, 2]);
  });
});
