import { isSelected, STATUS_FILTERS } from './status-filter';

describe(isSelected.name, () => {
  it.each([
    ['pending', 0, ['pending']],
    ['pending', 2, ['pending', 'failing']],
    ['delivered', 2, ['delivered']],
    ['dead', 9, ['dead']],
  ] as const)(
    'selects a delivery that is %s after %d failed attempts with %j',
    (status, attempts, filters) => {
      expect(STATUS_FILTERS.filter((filter) => isSelected(filter, { status, attempts }))).toEqual(filters);
    },
  );
});
