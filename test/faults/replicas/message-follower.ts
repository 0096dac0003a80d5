import { setTimeout as delay } from 'node:timers/promises';
import { EventClient } from '../../support/event-client';
import { until } from '../../support/until';
import type { DeploymentCalls } from './deployment-calls';

const RECONNECT_MS = 200;
const LATEST_WITHIN_MS = 15_000;

/**
 * A client of the event stream with the messages of all sessions. It connects again after every end, from its last event on;
 * an end by the service is no failure, a refused or broken connection is one.
 */
export class MessageFollower {
  /** How often each text arrived. */
  readonly heard = new Map<string, number>();
  private client: EventClient | undefined;
  private lastId: string | undefined;
  private following: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();

  constructor(private readonly calls: DeploymentCalls) {}

  /** Resolves when the stream is open. */
  async start(): Promise<void> {
    this.client = await this.connect();
    this.following = this.follow();
  }

  /** Waits until each of these texts was heard, for a while, and ends. */
  async stop(said: ReadonlySet<string>): Promise<void> {
    if (this.isStopping()) return;
    const isComplete = (): boolean => [...said].every((text) => this.count(text) > 0);
    await until(isComplete, LATEST_WITHIN_MS).catch(() => undefined);
    this.stopping.abort();
    this.client?.close();
    await this.following;
  }

  findingsFor(said: ReadonlySet<string>): string[] {
    const missing = [...said].filter((text) => this.count(text) === 0).length;
    const twice = [...this.heard.values()].filter((times) => times > 1).length;
    return [
      ...(missing === 0 ? [] : [`the event stream lacks ${missing} messages`]),
      ...(twice === 0 ? [] : [`the event stream has ${twice} messages more than once`]),
    ];
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private async follow(): Promise<void> {
    while (!this.isStopping()) {
      const { client } = this;
      await until(() => client === undefined || client.hasEnded, Infinity);
      this.note(client);
      await delay(RECONNECT_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      if (!this.isStopping()) this.client = await this.connect();
    }
  }

  private async connect(): Promise<EventClient | undefined> {
    const { url, credential } = this.calls;
    const startedAt = this.calls.begin('event stream');
    try {
      const from = this.lastId === undefined ? {} : { 'last-event-id': this.lastId };
      const client = await EventClient.open(`${url}/v1/events?types=message`, { ...credential, ...from });
      if (client.response.status === 200) return client;
      this.calls.fail('event stream', startedAt, String(client.response.status));
    } catch {
      this.calls.fail('event stream', startedAt, 'no connection');
    }
    return undefined;
  }

  private note(client: EventClient | undefined): void {
    if (client === undefined) return;
    if (client.lastId !== '') this.lastId = client.lastId;
    for (const text of client.texts) this.heard.set(String(text), (this.heard.get(String(text)) ?? 0) + 1);
  }

  /** The current connection's texts are counted when it ends. */
  private count(text: string): number {
    return (this.heard.get(text) ?? 0) + (this.client?.texts.filter((one) => one === text).length ?? 0);
  }
}
