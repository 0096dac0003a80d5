/** The table with the committed rows: deliveries of the outbox, entries of the event feed, or deliveries of webhooks. */
export type CommitTopic = 'outbox' | 'feed' | 'webhooks';

/**
 * Wakes the readers of a table in this process right after a commit that added rows to it, so that they do not wait for
 * their next poll. A hint only: commits of other replicas and lost notifications are found by polling.
 */
export class CommitSignal {
  private readonly subscribers: Record<CommitTopic, (() => void)[]> = { outbox: [], feed: [], webhooks: [] };

  /** Calls `subscriber` at each notification of the topic, for as long as the process lives. */
  subscribe(topic: CommitTopic, subscriber: () => void): void {
    this.subscribers[topic].push(subscriber);
  }

  /** Runs the topic's subscribers, synchronously and in the order of their subscriptions. */
  notify(topic: CommitTopic): void {
    for (const subscriber of this.subscribers[topic]) subscriber();
  }
}
