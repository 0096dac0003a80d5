import { deliveryFiltersOf, shownStatusOf } from './delivery-query';

describe(deliveryFiltersOf, () => {
  it('takes the known values, without space around them', () => {
    expect(deliveryFiltersOf({ status: 'failing', sink: ' crm ' })).toEqual({
      status: 'failing',
      sink: 'crm',
    });
  });

  it('drops empty and unknown values', () => {
    expect(deliveryFiltersOf({ status: 'lost', sink: '', conversationId: ' ' })).toEqual({});
  });
});

describe(shownStatusOf, () => {
  it.each([
    ['pending', 0, 'pending'],
    ['pending', 2, 'failing'],
    ['dead', 9, 'dead'],
    ['delivered', 1, 'delivered'],
  ])('shows %s after %d failures as %s', (status, failures, shown) => {
    expect(shownStatusOf({ status, failures })).toBe(shown);
  });
});
