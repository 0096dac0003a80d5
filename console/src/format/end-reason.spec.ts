import { endReasonMeaning } from './end-reason';

describe(endReasonMeaning, () => {
  it('explains the loss of a session, and leaves an unknown reason alone', () => {
    expect(endReasonMeaning('heartbeat-lost')).toBe('too many heartbeats failed in a row');
    expect(endReasonMeaning('other')).toBeUndefined();
  });
});
