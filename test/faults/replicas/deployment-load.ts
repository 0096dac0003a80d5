import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { SeededRandom } from '../../support/seeded-random';
import { type CallAnswer, DeploymentCalls } from './deployment-calls';
import { MessageFollower } from './message-follower';

/** A guest socket may send sixty requests a minute, which the service observes: every session gets far fewer messages. */
const PAUSE_MS = 300;
/** Final answers to an opening with a key, which it gets again: another opening needs another key. */
const FINAL = ['session-ended', 'upstream-timeout'];
const RETRY_PAUSE_MS = 500;
/** Longer than a killed replica's sessions wait for another holder. */
const RETRIED_FOR_MS = 30_000;
const CHANNELS = ['web-messaging', 'conversations-messaging'] as const;

export interface DeploymentLoadOptions {
  readonly url: string;
  readonly credential: Readonly<Record<string, string>>;
  readonly random: SeededRandom;
  /** Approximate number of sessions that stay until the end, so that messages and reads always find one of each replica. */
  readonly residents: number;
}

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

  constructor(private readonly options: DeploymentLoadOptions) {
    this.calls = new DeploymentCalls(options.url, options.credential);
    this.follower = new MessageFollower(this.calls);
  }

  /** Sessions that nothing has asked to end. */
  get kept(): readonly string[] {
    return [...this.residents.keys()];
  }

  /** Opens the sessions that stay, then begins the load. */
  async start(workers: number): Promise<void> {
    await this.follower.start();
    await Promise.all(Array.from({ length: workers }, () => this.moveIn()));
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

  private async moveIn(): Promise<void> {
    while (this.residents.size < this.options.residents) {
      const channel = CHANNELS[this.residents.size % 2 === 0 ? 0 : 1];
      const id = await this.opened(channel);
      if (id !== undefined) this.residents.set(id, channel);
    }
  }

  private async work(): Promise<void> {
    while (!this.isStopping) {
      await this.oneVisit();
      await this.pause();
    }
  }

  /** A session from its opening to its end, with one message and one read at a session that stays in between. */
  private async oneVisit(): Promise<void> {
    const channel = this.options.random.pick(CHANNELS);
    const id = this.options.random.next() < 0.5 ? await this.opened(channel) : await this.openedOnce(channel);
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
    const [id, channel] = this.options.random.pick([...this.residents] as [[string, string]]);
    if (channel === 'web-messaging') await this.say(id);
    await this.calls.send({ kind: 'read one', method: 'GET', path: `/v1/sessions/${id}` });
  }

  private async opened(channel: string): Promise<string | undefined> {
    const headers = { 'idempotency-key': randomUUID() };
    const body = { queueId: 'queue-1', channel };
    const answer = await this.repeated('an opening', () =>
      this.calls.send({ kind: 'open with a key', method: 'POST', path: '/v1/sessions', headers, body }),
    );
    return idOf(answer);
  }

  private async openedOnce(channel: string): Promise<string | undefined> {
    const body = { queueId: 'queue-1', channel };
    const call = { kind: 'open without a key', method: 'POST', path: '/v1/sessions', body } as const;
    return idOf(await this.calls.send(call));
  }

  private async say(id: string): Promise<void> {
    const text = `message ${randomUUID()}`;
    const headers = { 'idempotency-key': randomUUID() };
    const path = `/v1/sessions/${id}/messages`;
    const { status } = await this.repeated(`a message in ${id}`, () =>
      this.calls.send({ kind: 'message with a key', method: 'POST', path, headers, body: { text } }),
    );
    if (status === 201) this.said.add(text);
  }

  private async end(id: string): Promise<void> {
    const { status } = await this.repeated(`the end of ${id}`, () =>
      this.calls.send({ kind: 'end', method: 'DELETE', path: `/v1/sessions/${id}` }),
    );
    if (status === 200 || status === 202) this.ended.add(id);
  }

  private async repeated(what: string, attempt: () => Promise<CallAnswer>): Promise<CallAnswer> {
    const deadline = performance.now() + RETRIED_FOR_MS;
    for (;;) {
      const answer = await attempt();
      if (isSuccess(answer) || FINAL.includes(answer.code)) return answer;
      if (performance.now() > deadline) {
        this.inVain.push(`${what} was repeated in vain`);
        return answer;
      }
      await delay(RETRY_PAUSE_MS);
    }
  }

  private pause(): Promise<void> {
    return delay(this.options.random.between(0, PAUSE_MS));
  }
}

function isSuccess({ status }: CallAnswer): boolean {
  return status >= 200 && status < 400;
}

function idOf(answer: CallAnswer): string | undefined {
  return isSuccess(answer) ? String(answer.body['conversationId']) : undefined;
}
