import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { SeededRandom } from '../../support/seeded-random';
import type { Replica } from './replica';
import type { ReplicaWorld } from './replica-world';

/**
 * Approximate number of sessions that are opened and ended at a time, and of sessions that are never ended. Together
 * they reach the cap.
 */
export interface Crowd {
  readonly guests: number;
  readonly residents: number;
}

interface Answer {
  readonly status: number;
  readonly code: string;
  readonly isReplayed: boolean;
  readonly conversationId: string;
}

const RESIDENT_SHARE = 0.3;
/** Share of the openings that have an idempotency key and are repeated until they are answered. */
const KEYED_SHARE = 0.7;
const ANSWERED_WITHIN_MS = 8_000;
const AFTERWARDS_MS = 30_000;
const PAUSE_MS = 100;
/** Transient problems: the caller retries at another replica. */
const TRANSIENT = ['storage-unavailable', 'shutting-down', 'request-in-progress', 'session-changed'];
/** The answer of a process that was frozen to requests that arrived meanwhile, of which it has read none. */
const UNREAD = 'request-timeout';
/** Refusals that any caller may get while replicas start and stop, and that promise nothing. */
const REFUSALS = ['session-limit-reached', 'session-ended', 'upstream-timeout', 'upstream-unavailable'];

/**
 * Callers that continuously open and end sessions through any replica, and record the answers. Ends and openings with
 * a key are retried elsewhere until they are answered; other openings are sent once.
 */
export class ReplicaLoad implements AsyncDisposable {
  /** Conversations with an opening that was answered with 201. */
  readonly opened = new Set<string>();
  /** The repeated ones among them. */
  readonly openedAgain = new Set<string>();
  /** Conversations with an answered end. */
  readonly ended = new Set<string>();
  /** Unexpected answers, and requests that were never answered. */
  readonly unexpected: string[] = [];
  /** Counts of retries, by the answer before them. */
  readonly again = new Map<string, number>();
  /** Number of openings that found every slot taken. */
  refused = 0;
  private readonly residents = new Set<string>();
  private readonly guests = new Set<string>();
  private stopsAt = Infinity;
  private workers: readonly Promise<void>[] = [];

  constructor(
    private readonly world: ReplicaWorld,
    private readonly random: SeededRandom,
    private readonly crowd: Crowd,
    /** Chooses the replica for the next request. Default: every replica that may answer. */
    private readonly choose = (): Replica | undefined => this.anyReplica(),
  ) {}

  /** Open sessions for which no end was requested. */
  get kept(): string[] {
    return [...this.residents, ...this.guests];
  }

  get summary(): string {
    const again = [...this.again].map(([trouble, times]) => `${times} times ${trouble}`).join(', ');
    return (
      `${this.opened.size} opened, ${this.ended.size} ended, ${this.kept.length} kept, ` +
      `${this.refused} refused for want of a slot; asked again or gave up: ${again || 'never'}`
    );
  }

  start(workers: number): void {
    this.stopsAt = Infinity;
    this.workers = Array.from({ length: workers }, () => this.work());
  }

  /** Resolves when no request is in flight any more. */
  async stop(): Promise<void> {
    this.stopsAt = Math.min(this.stopsAt, performance.now());
    await Promise.all(this.workers);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  private async work(): Promise<void> {
    while (this.stopsAt === Infinity) {
      const [oldest] = this.guests;
      const isToEnd = this.random.next() < this.guests.size / (2 * this.crowd.guests);
      if (isToEnd && oldest !== undefined) await this.endOne(oldest);
      else await this.openOne();
      await delay(this.random.between(0, PAUSE_MS));
    }
  }

  private async openOne(): Promise<void> {
    const key = this.random.next() < KEYED_SHARE ? randomUUID() : undefined;
    const headers = { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) };
    const request = { method: 'POST', headers, body: JSON.stringify({ queueId: 'queue-1' }) };
    const { answer, attempts } = await this.ask('/v1/sessions', request, key !== undefined);
    if (answer?.status === 201) this.noteOpened(answer.conversationId, attempts);
    else if (answer?.code === 'session-limit-reached') this.refused += 1;
    else if (answer !== undefined && !REFUSALS.includes(answer.code)) this.surprise('POST', answer);
  }

  private noteOpened(id: string, attempts: number): void {
    this.opened.add(id);
    if (attempts > 1) this.openedAgain.add(id);
    const isResident = this.residents.size < this.crowd.residents && this.random.next() < RESIDENT_SHARE;
    (isResident ? this.residents : this.guests).add(id);
  }

  private async endOne(id: string): Promise<void> {
    this.guests.delete(id);
    const { answer } = await this.ask(`/v1/sessions/${id}`, { method: 'DELETE' }, true);
    if (answer?.status === 200 || answer?.status === 202) this.ended.add(id);
    else if (answer !== undefined) this.surprise('DELETE', answer);
  }

  /** Undefined when the result of the request is unknown, or it failed transiently. */
  private async ask(
    path: string,
    request: RequestInit,
    isRepeated: boolean,
  ): Promise<{ answer: Answer | undefined; attempts: number }> {
    for (let attempts = 1; ; attempts += 1) {
      const { answer, trouble } = await this.tryOnce(path, request);
      if (trouble === undefined) return { answer, attempts };
      this.again.set(trouble, (this.again.get(trouble) ?? 0) + 1);
      const isTooLate = performance.now() > this.stopsAt + AFTERWARDS_MS;
      if (isTooLate) this.unexpected.push(`${String(request.method)} ${path}: no answer, but ${trouble}`);
      if (isTooLate || !isRepeated) return { answer: undefined, attempts };
      await delay(PAUSE_MS);
    }
  }

  private async tryOnce(path: string, request: RequestInit): Promise<{ answer?: Answer; trouble?: string }> {
    const replica = this.choose();
    if (replica === undefined) return { trouble: 'no replica' };
    try {
      const signal = AbortSignal.timeout(ANSWERED_WITHIN_MS);
      const answer = await answerTo(await fetch(replica.url + path, { ...request, signal }));
      const isUnread = answer.code === UNREAD && replica.hasBeenFrozen;
      const isPassing = (isUnread || TRANSIENT.includes(answer.code)) && !answer.isReplayed;
      return isPassing ? { trouble: answer.code } : { answer };
    } catch (error) {
      return { trouble: error instanceof DOMException ? 'no answer' : 'no connection' };
    }
  }

  private anyReplica(): Replica | undefined {
    const [first, ...others] = this.world.up;
    return first && this.random.pick([first, ...others]);
  }

  private surprise(method: string, answer: Answer): void {
    this.unexpected.push(`${method}: ${JSON.stringify(answer)}`);
  }
}

async function answerTo(response: Response): Promise<Answer> {
  const body = (await response.json()) as Record<string, unknown>;
  return {
    status: response.status,
    code: typeof body['code'] === 'string' ? body['code'] : '',
    isReplayed: response.headers.get('idempotency-replayed') === 'true',
    conversationId: String(body['conversationId']),
  };
}
