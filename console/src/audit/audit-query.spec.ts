import { auditFiltersOf } from './audit-query';

describe(auditFiltersOf, () => {
  it('keeps texts, known choices and valid times', () => {
    const query = { actor: ' billing ', action: 'SINK_PAUSED', outcome: 'denied', from: '2027-01-15T08:00' };

    expect(auditFiltersOf(query)).toEqual({
      actor: 'billing',
      action: 'SINK_PAUSED',
      outcome: 'denied',
      from: new Date(2027, 0, 15, 8).toISOString(),
    });
  });

  it('drops everything else', () => {
    expect(auditFiltersOf({ actor: '', action: 'NOTHING', outcome: 'x', to: 'soon', page: '2' })).toEqual({});
  });
});
