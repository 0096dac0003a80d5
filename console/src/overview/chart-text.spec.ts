import { chartText } from './chart-text';

describe(chartText, () => {
  it('says the last and the highest figure, or that there is none', () => {
    const series = [
      { label: 'Live', values: [9, 4, null] },
      { label: 'Failed', values: [null] },
    ];

    expect(chartText({ times: [0, 60, 120], series }, (value) => `${value}`)).toBe(
      'Live: last 4, highest 9; Failed: no figures',
    );
  });
});
