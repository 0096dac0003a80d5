import { EMPTY_SPAN, replayBodyOf } from './replay-body';

describe(replayBodyOf, () => {
  it('leaves empty fields out', () => {
    expect(replayBodyOf(EMPTY_SPAN)).toEqual({});
    expect(replayBodyOf({ ...EMPTY_SPAN, conversationId: ' c ' })).toEqual({ conversationId: 'c' });
  });

  it('sends ISO times', () => {
    expect(replayBodyOf({ ...EMPTY_SPAN, from: '2027-01-15T08:00', to: '2027-01-15T09:00:30' })).toEqual({
      from: new Date(2027, 0, 15, 8).toISOString(),
      to: new Date(2027, 0, 15, 9, 0, 30).toISOString(),
    });
  });
});
