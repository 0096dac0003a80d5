import { Caller } from '../../access/domain/caller';
import { ALL_SESSIONS, canAccess, accessScopeOf } from './access-scope';
import { aSession } from './session.builder';

describe(accessScopeOf.name, () => {
  it("ends at a caller's own sessions", () => {
    const reach = accessScopeOf(new Caller('billing', new Set(['sessions.read'])));

    expect(
      ['billing', 'support', '', 'Billing'].map((owner) => canAccess(reach, aSession({ owner }))),
    ).toEqual([true, false, false, false]);
  });

  it('covers all sessions with the scope `sessions.any`, and in modes without credentials', () => {
    expect(accessScopeOf(new Caller('supervisor', new Set(['sessions.any'])))).toBe(ALL_SESSIONS);
    expect(accessScopeOf(Caller.anonymous)).toBe(ALL_SESSIONS);
    expect(canAccess(ALL_SESSIONS, aSession({ owner: 'billing' }))).toBe(true);
  });
});
