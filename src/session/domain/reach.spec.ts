import { Caller } from '../../access/domain/caller';
import { EVERYBODYS, isWithin, reachOf } from './reach';
import { aSession } from './session.builder';

describe(reachOf.name, () => {
  it("ends at a caller's own sessions", () => {
    const reach = reachOf(new Caller('billing', new Set(['sessions.read'])));

    expect(
      ['billing', 'support', '', 'Billing'].map((owner) => isWithin(reach, aSession({ owner }))),
    ).toEqual([true, false, false, false]);
  });

  it("is everybody's for who may go beyond its own, and where nobody is told apart", () => {
    expect(reachOf(new Caller('supervisor', new Set(['sessions.any'])))).toBe(EVERYBODYS);
    expect(reachOf(Caller.anonymous)).toBe(EVERYBODYS);
    expect(isWithin(EVERYBODYS, aSession({ owner: 'billing' }))).toBe(true);
  });
});
