import { CommitSignal } from './commit-signal';

describe(CommitSignal.name, () => {
  it('notifies every subscriber of the topic, in their order, and no other', () => {
    const signal = new CommitSignal();
    const calls: string[] = [];
    signal.subscribe('outbox', () => calls.push('first'));
    signal.subscribe('feed', () => calls.push('feed'));
    signal.subscribe('outbox', () => calls.push('second'));

    signal.notify('outbox');

    expect(calls).toEqual(['first', 'second']);
  });

  it('may be notified before the first subscription', () => {
    expect(() => {
      new CommitSignal().notify('feed');
    }).not.toThrow();
  });
});
