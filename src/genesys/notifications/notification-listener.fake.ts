import { type ConversationEvent, NotificationListener } from './notification-listener';

/** Records the calls in their order. `failures` are thrown first, one per call. */
export class FakeNotificationListener extends NotificationListener {
  /** Ids of conversations, and gaps as `gap since <time>`. */
  readonly calls: string[] = [];
  readonly failures: Error[] = [];
  /** Resolves when the listener may finish a call. */
  ready: Promise<void> = Promise.resolve();

  get gaps(): readonly string[] {
    return this.calls.filter((call) => call.startsWith('gap'));
  }

  async onEvent({ conversationId }: ConversationEvent): Promise<void> {
    await this.record(conversationId);
  }

  async onGap(since: number): Promise<void> {
    await this.record(`gap since ${since}`);
  }

  private async record(call: string): Promise<void> {
    this.calls.push(call);
    await this.ready;
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
  }
}
