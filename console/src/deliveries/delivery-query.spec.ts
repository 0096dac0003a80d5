import { deliveryFiltersOf, shownStatusOf, withStatus } from './delivery-query';

describe(deliveryFiltersOf, () => {
  it('asks for pending deliveries when failing ones are wanted', () => {
    expect(deliveryFiltersOf({ status: 'failing', sink: ' crm ' })).toEqual({
      status: 'pending',
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

describe(withStatus, () => {
  const items = [
    { status: 'pending', failures: 0 },
    { status: 'pending', failures: 1 },
  ];

  it('leaves out the deliveries without a failure when failing ones are wanted', () => {
    expect(withStatus(items, 'failing')).toEqual([items[1]]);
    expect(withStatus(items, 'pending')).toEqual(items);
    expect(withStatus(items, undefined)).toEqual(items);
  });
});
