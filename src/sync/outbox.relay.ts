import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { EventSinks } from './ports/event-sinks';
import { CommitSignal } from '../common/commit-signal';
import { SinkRelayFactory } from './sink-relay-factory';
import { STOP_GRACE_MS, type SinkRelay } from './sink-relay';

/** Runs one relay per sink, which brings committed events from the outbox to the receiver; sinks do not affect each other. */
@Injectable()
export class OutboxRelay implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private relays: readonly SinkRelay[] = [];

  constructor(
    private readonly sinks: EventSinks,
    private readonly factory: SinkRelayFactory,
    private readonly commits: CommitSignal,
  ) {}

  onApplicationBootstrap(): void {
    this.relays = this.sinks.all.map((sink) => this.factory.create(sink));
    for (const relay of this.relays) relay.start();
    this.commits.subscribe('outbox', () => {
      for (const relay of this.relays) relay.wake();
    });
  }

  /** An operator has resumed a sink. */
  resumed(sink: string): void {
    this.relayTo(sink)?.resumed();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.relays.map((relay) => relay.stop(STOP_GRACE_MS)));
  }

  private relayTo(sink: string): SinkRelay | undefined {
    return this.relays.find((relay) => relay.sink === sink);
  }
}
