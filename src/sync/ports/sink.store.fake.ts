import type { Attempt } from '../domain/delivery';
import { type PauseReason, type SinkState, SinkStore } from './sink.store';

/** The state of sinks in memory. A test can let it fail. */
export class FakeSinkStore extends SinkStore {
  readonly states = new Map<string, SinkState>();
  readonly resumed: { readonly sink: string; readonly at: number }[] = [];
  readonly tests: { readonly sink: string; readonly attempt: Attempt }[] = [];
  failure: Error | undefined;

  async state(sink: string): Promise<SinkState> {
    await this.begin();
    return this.states.get(sink) ?? {};
  }

  async pause(sink: string, at: number, reason: PauseReason = 'operator'): Promise<void> {
    const { paused = { at, reason }, ...rest } = await this.state(sink);
    this.states.set(sink, { ...rest, paused });
  }

  async resume(sink: string, at: number): Promise<void> {
    await this.begin();
    this.states.delete(sink);
    this.resumed.push({ sink, at });
  }

  async recordTest(sink: string, attempt: Attempt): Promise<void> {
    await this.begin();
    this.tests.push({ sink, attempt });
  }

  private async begin(): Promise<void> {
    await Promise.resolve();
    if (this.failure !== undefined) throw this.failure;
  }
}
