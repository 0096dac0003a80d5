import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { SeededRandom } from '../../support/seeded-random';
import { DeploymentCalls } from './deployment-calls';
import { MessageFollower } from './message-follower';

/** Sessions that stay until the end, so that messages and reads always find one that a stopped replica held. */
const RESIDENTS = 24;
const PAUSE_MS = 120;
const RETRY_PAUSE_MS = 500;
/** Longer than a killed replica's sessions wait for another holder. */
const RETRIED_FOR_MS = 30_000;
/** The platform allows five messages a second in a session; every second session has no guest socket. */
const CHANNELS = ['web-messaging', 'conversations-messaging'] as const;

/**
 * Callers of a deployment: sessions are opened with and without an idempotency key, read, listed and ended, guests write, and
 * one event stream gets the messages. Whatever may be repeated is repeated until it succeeds, as a caller would; the failure
 * counts all the same.
 */
export class DeploymentLoad implements AsyncDisposable {
  readonly calls: DeploymentCalls;
  /** Requests that did not succeed in half a minute of repetitions. */
  readonly inVain: string[] = [];
  /** Sessions with an answered end. */
  readonly ended = new Set<string>();
  /** Texts of messages that were answered with 201. */
  readonly said = new Set<string>();
  private readonly residents = new Map<string, (typeof CHANNELS)[number]>();
  private readonly follower: MessageFollower;
  private workers: readonly Promise<void>[] = [];
  private isStopping = false;

  constructor(
    url: string,
    credential: Readonly<Record<string, string>>,
    private readonly random: SeededRandom,
  ) {
    this.calls = new DeploymentCalls(url, credential);
    this.follower = new MessageFollower(this.calls);
  }

  /** Sessions that nothing has asked to end. */
  get kept(): readonly string[] {
    return [...this.residents.keys()];
  }

  /** Opens the sessions that stay, then begins the load. */
  async start(workers: number): Promise<void> {
    await this.follower.start();
    for (let index = 0; index < RESIDENTS; index += 1) {
      const channel = CHANNELS[index % 2 === 0 ? 0 : 1];
      this.residents.set(await this.opened(channel), channel);
    }
    this.workers = Array.from({ length: workers }, () => this.work());
  }

  /** Resolves when no request is in flight any more, and every accepted message had time to reach the stream. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await Promise.all(this.workers);
    await this.follower.stop(this.said);
  }

  /** Broken promises about messages, in words. */
  get messageFindings(): readonly string[] {
    return this.follower.findingsFor(this.said);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.calls[Symbol.asyncDispose]();
  }

  private async work(): Promise<void> {
    while (!this.isStopping) {
      await this.oneVisit();
      await this.pause();
    }
  }

  /** A session from its opening to its end, with one message and one read at a session that stays in between. */
  private async oneVisit(): Promise<void> {
    const channel = this.random.pick(CHANNELS);
    const id = this.random.next() < 0.5 ? await this.opened(channel) : await this.openedOnce(channel);
    if (id === undefined) return;
    await this.pause();
    if (channel === 'web-messaging') await this.say(id);
    await this.visitResident();
    await this.calls.send({ kind: 'read one', method: 'GET', path: `/v1/sessions/${id}` });
    await this.pause();
    await this.calls.send({ kind: 'list', method: 'GET', path: '/v1/sessions?limit=20' });
    await this.end(id);
  }

  private async visitResident(): Promise<void> {
    const [id, channel] = this.random.pick([...this.residents] as [[string, string]]);
    if (channel === 'web-messaging') await this.say(id);
    await this.calls.send({ kind: 'read one', method: 'GET', path: `/v1/sessions/${id}` });
  }

  private async opened(channel: string): Promise<string> {
    const headers = { 'idempotency-key': randomUUID() };
    const body = { queueId: 'queue-1', channel };
    const answer = await this.repeated('an opening', () =>
      this.calls.send({ kind: 'open with a key', method: 'POST', path: '/v1/sessions', headers, body }),
    );
    return String(answer?.body['conversationId']);
  }

  private async openedOnce(channel: string): Promise<string | undefined> {
    const body = { queueId: 'queue-1', channel };
    const call = { kind: 'open without a key', method: 'POST', path: '/v1/sessions', body } as const;
    const answer = await this.calls.send(call);
    return answer && String(answer.body['conversationId']);
  }

  private async say(id: string): Promise<void> {
    const text = `message ${randomUUID()}`;
    const headers = { 'idempotency-key': randomUUID() };
    const path = `/v1/sessions/${id}/messages`;
    const answer = await this.repeated(`a message in ${id}`, () =>
      this.calls.send({ kind: 'message with a key', method: 'POST', path, headers, body: { text } }),
    );
    if (answer?.status === 201) this.said.add(text);
  }

  private async end(id: string): Promise<void> {
    const answer = await this.repeated(`the end of ${id}`, () =>
      this.calls.send({ kind: 'end', method: 'DELETE', path: `/v1/sessions/${id}` }),
    );
    if (answer !== undefined) this.ended.add(id);
  }

  private async repeated<T>(what: string, attempt: () => Promise<T | undefined>): Promise<T | undefined> {
    const deadline = performance.now() + RETRIED_FOR_MS;
    for (;;) {
      const answer = await attempt();
      if (answer !== undefined) return answer;
      if (performance.now() > deadline) {
        this.inVain.push(`${what} was repeated in vain`);
        return undefined;
      }
      await delay(RETRY_PAUSE_MS);
    }
  }

  private pause(): Promise<void> {
    return delay(this.random.between(0, PAUSE_MS));
  }
}
