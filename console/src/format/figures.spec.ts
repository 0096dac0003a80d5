import { countedText, countText, percentText, wordsOf } from './figures';

describe('figures', () => {
  it('separate thousands, and show a dash for a missing one', () => {
    expect([countText(12_345), countText(0), countText(null), countText(undefined)]).toEqual([
      '12,345',
      '0',
      '–',
      '–',
    ]);
  });

  it('show shares in per cent', () => {
    expect([percentText(0.456), percentText(0), percentText(null), percentText(Number.NaN)]).toEqual([
      '46 %',
      '0 %',
      '–',
      '–',
    ]);
  });

  it('have the noun that their count needs', () => {
    expect([
      countedText(1, 'record'),
      countedText(2, 'record'),
      countedText(0, 'delivery', 'deliveries'),
    ]).toEqual(['1 record', '2 records', '0 deliveries']);
  });
});

describe(wordsOf, () => {
  it('reads kebab and upper snake case', () => {
    expect(['connection-lost', 'SINK_PAUSED', 'CRM_SYNC_FAILED'].map(wordsOf)).toEqual([
      'connection lost',
      'sink paused',
      'CRM sync failed',
    ]);
  });
});
