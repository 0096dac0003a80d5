import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent } from 'undici';
import type { SeededRandom } from '../../support/seeded-random';
import { AnswerTimes } from './answer-times';
import { constantRate } from './constant-rate';

const PER_SECOND = 20;
/** The same share as in the load of the other scenarios. */
const KEYED_SHARE = 0.7;
/** Lifetime of a session, so that about twenty live at a time. */
const KEPT_MS = 1_000;
const ANSWERED_WITHIN_MS = 20_000;
/** Keep-alive time, less than the service's. */
const KEPT_ALIVE_MS = 2_000;

interface Answer {
  readonly outcome: string;
  readonly conversationId: string;
}

export interface NormalLoadOptions {
  readonly replicas: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** Name of every guest. */
  readonly guest: string;
  readonly random: SeededRandom;
}

/**
 * One caller that opens twenty sessions a second at either replica, and ends each of them a second later. Requests
 * are sent when they are due, regardless of pending ones, and their times start then: a stall of the service delays
 * all requests in it, and shows in their times.
 */
export class NormalLoad implements AsyncDisposable {
  readonly openings = new AnswerTimes();
  readonly ends = new AnswerTimes();
  private readonly agent = new Agent({ keepAliveTimeout: KEPT_ALIVE_MS });
  private readonly underWay = new Set<Promise<void>>();

  constructor(private readonly options: NormalLoadOptions) {}

  /** Resolves when the signal was aborted and every request was answered. */
  async run(signal: AbortSignal): Promise<void> {
    for await (const { index, dueAt } of constantRate(PER_SECOND, signal))
      this.follow(this.openAndEnd(index, dueAt));
    await Promise.all(this.underWay);
  }

  /** Opens a session that stays; returns its conversation id. */
  async openResident(index: number): Promise<string> {
    const { outcome, conversationId } = await this.open(index, {});
    if (outcome !== '201') throw new Error(`An opening before the attack was answered with ${outcome}.`);
    return conversationId;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent.destroy();
  }

  private follow(work: Promise<void>): void {
    this.underWay.add(work);
    void work.finally(() => this.underWay.delete(work));
  }

  private async openAndEnd(index: number, due: number): Promise<void> {
    const isKeyed = this.options.random.next() < KEYED_SHARE;
    const answer = await this.open(index, isKeyed ? { 'idempotency-key': randomUUID() } : {});
    this.openings.add(answer.outcome, performance.now() - due);
    if (answer.outcome !== '201') return;
    const endDue = Math.max(due + KEPT_MS, performance.now());
    await delay(endDue - performance.now());
    // The end is sent to the other replica than the opening.
    const { outcome } = await this.ask(index + 1, 'DELETE', `/v1/sessions/${answer.conversationId}`);
    this.ends.add(outcome, performance.now() - endDue);
  }

  private open(index: number, headers: Readonly<Record<string, string>>): Promise<Answer> {
    const body = JSON.stringify({ queueId: 'queue-1', name: this.options.guest });
    return this.ask(index, 'POST', '/v1/sessions', { 'content-type': 'application/json', ...headers }, body);
  }

  private async ask(
    index: number,
    method: 'POST' | 'DELETE',
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: string,
  ): Promise<Answer> {
    const { replicas, headers: credential } = this.options;
    try {
      const { statusCode, body: answer } = await this.agent.request({
        origin: replicas[index % replicas.length] ?? '',
        path,
        method,
        headers: { ...credential, ...headers },
        ...(body === undefined ? {} : { body }),
        signal: AbortSignal.timeout(ANSWERED_WITHIN_MS),
      });
      const { code, conversationId } = (await answer.json()) as Record<string, unknown>;
      const outcome = typeof code === 'string' ? `${statusCode} ${code}` : String(statusCode);
      return { outcome, conversationId: String(conversationId) };
    } catch (error) {
      return {
        outcome: error instanceof Error ? `no answer: ${error.name}` : 'no answer',
        conversationId: '',
      };
    }
  }
}
