import { sessionFiltersOf } from './session-query';

describe(sessionFiltersOf, () => {
  it('keeps texts without blanks around them, and known states', () => {
    expect(sessionFiltersOf({ state: 'active', caller: ' billing ', queueId: 'support' })).toEqual({
      state: 'active',
      caller: 'billing',
      queueId: 'support',
    });
  });

  it('drops empty fields, unknown states, invalid times and other parameters', () => {
    expect(sessionFiltersOf({ state: 'asleep', channel: ' ', from: 'soon', other: 'x' })).toEqual({});
  });

  it('turns local times into ISO times', () => {
    const at = new Date(2027, 0, 15, 8, 30);

    expect(sessionFiltersOf({ from: '2027-01-15T08:30' })).toEqual({ from: at.toISOString() });
  });
});
