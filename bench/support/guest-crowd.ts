import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { runConcurrently } from './run-concurrently';

const CONNECTIONS = 128;
const OPENING_LANES = 64;
const LANES = 16;
const MAX_TRIES = 30;
const BETWEEN_TRIES_MS = 1_000;
const PAGE = 200;

/** A guest with an open session. */
export interface Guest {
  readonly id: string;
  readonly token: string;
}

/** A message as the service lists it. */
export interface ListedMessage {
  readonly id: string;
  readonly text?: string;
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Many guests of one service, and their callers' requests. */
export class GuestCrowd implements AsyncDisposable {
  readonly guests: Guest[] = [];
  /** Failed openings by their status or error. */
  readonly refusals = new Map<string, number>();
  /** Texts that the service acknowledged, and those that it never acknowledged. */
  readonly spoken: { readonly id: string; readonly text: string; readonly isAcknowledged: boolean }[] = [];
  /** Number of requests that were repeated with their key. */
  repeats = 0;
  private readonly pool: Pool;

  /** `opening` is the body of each opening. */
  constructor(
    url: string,
    private readonly opening: Readonly<Record<string, unknown>> = OPENING,
  ) {
    this.pool = new Pool(url, { connections: CONNECTIONS, pipelining: 1 });
  }

  async open(count: number): Promise<void> {
    await runConcurrently(count, OPENING_LANES, async () => {
      const { status, body } = await this.ask('POST', '/v1/sessions', this.opening);
      if (status === 201)
        this.guests.push({ id: String(body['conversationId']), token: String(body['guestIdToken']) });
      else this.count(`${status} ${String(body['code'])}`);
    });
  }

  /** Sends a guest's message with a key, and repeats it until it is acknowledged. */
  async speak({ id }: Guest, text: string): Promise<void> {
    const key = { 'idempotency-key': randomUUID() };
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const { status } = await this.ask('POST', `/v1/sessions/${id}/messages`, { text }, key);
      if (status === 201) {
        this.spoken.push({ id, text, isAcknowledged: true });
        return;
      }
      this.repeats += 1;
      await delay(BETWEEN_TRIES_MS);
    }
    this.spoken.push({ id, text, isAcknowledged: false });
  }

  /** Reads the session of a guest. */
  async read({ id }: Guest): Promise<Answer['body']> {
    return (await this.ask('GET', `/v1/sessions/${id}`)).body;
  }

  async activeIds(): Promise<Set<string>> {
    const items = await this.pages('/v1/sessions', { state: 'active' });
    return new Set(items.map((item) => String(item['conversationId'])));
  }

  /** Lists each guest's messages. */
  async messages(): Promise<Map<string, readonly ListedMessage[]>> {
    const lists = new Map<string, readonly ListedMessage[]>();
    await this.each(async ({ id }) => {
      lists.set(id, (await this.pages(`/v1/sessions/${id}/messages`)) as unknown as ListedMessage[]);
    });
    return lists;
  }

  /** Ends all sessions; returns the number of those that ended immediately. */
  async end(): Promise<number> {
    let ended = 0;
    await this.each(async ({ id }) => {
      const { status } = await this.ask('DELETE', `/v1/sessions/${id}`);
      if (status === 200) ended += 1;
    });
    return ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.destroy();
  }

  private each(work: (guest: Guest) => Promise<void>): Promise<void> {
    return runConcurrently(this.guests.length, LANES, async (index) => {
      const guest = this.guests[index];
      if (guest !== undefined) await work(guest);
    });
  }

  private count(refusal: string): void {
    this.refusals.set(refusal, (this.refusals.get(refusal) ?? 0) + 1);
  }

  private async pages(
    path: string,
    filter: Readonly<Record<string, string>> = {},
  ): Promise<Readonly<Record<string, unknown>>[]> {
    const items: Readonly<Record<string, unknown>>[] = [];
    let cursor: unknown = null;
    do {
      const query = new URLSearchParams({ limit: String(PAGE), ...filter });
      if (typeof cursor === 'string') query.set('cursor', cursor);
      const { status, body } = await this.ask('GET', `${path}?${query.toString()}`);
      if (status !== 200) throw new Error(`${path} was answered with ${status}`);
      items.push(...(body['items'] as Readonly<Record<string, unknown>>[]));
      cursor = body['nextCursor'];
    } while (cursor !== null);
    return items;
  }

  private async ask(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const answer = await this.pool.request({
      method,
      path,
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.statusCode, body: (await answer.body.json()) as Answer['body'] };
  }
}

const OPENING = { queueId: 'support', name: 'Guest', durationLimit: 2700 };
