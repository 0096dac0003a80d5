import type { SeededRandom } from './seeded-random';
import { type ApiAnswer, ServiceApi } from './service-api';

/** Approximate number of sessions that are opened and ended at a time. */
const GUESTS = 40;
/** Number of sessions that are never ended, and the share of openings that become such sessions until then. */
const RESIDENTS = 60;
const RESIDENT_SHARE = 0.1;

/**
 * Callers that continuously open and end sessions, each one request after the other, and record the answers. No
 * request is repeated: one without an answer leaves its session in doubt. While the service is down they wait for its
 * next address.
 */
export class Load {
  /** Conversations with an opening that was answered with 201. */
  readonly opened = new Set<string>();
  /** Conversations with a requested end, answered or not. */
  readonly askedToEnd = new Set<string>();
  /** Conversations with an end that was answered with 200 or 202. */
  readonly ended = new Set<string>();
  /** Unexpected answers: the load stays far below the cap, and the service is either up or down. */
  readonly unexpected: string[] = [];
  /** Number of requests without an answer. */
  unanswered = 0;
  private readonly residents = new Set<string>();
  private readonly guests = new Set<string>();
  private service: ServiceApi | undefined;
  private arrived = newArrival();
  private stopping = false;
  private workers: readonly Promise<void>[] = [];

  constructor(private readonly random: SeededRandom) {}

  /** Number of all successful answers so far. */
  get acknowledged(): number {
    return this.opened.size + this.ended.size;
  }

  /** Open sessions for which no end was requested. */
  get kept(): string[] {
    return [...this.residents, ...this.guests];
  }

  start(workers: number): void {
    this.workers = Array.from({ length: workers }, () => this.work());
  }

  /** Sets the service's address from now on. */
  moveTo(service: ServiceApi): void {
    this.service = service;
    const { resolve } = this.arrived;
    this.arrived = newArrival();
    resolve();
  }

  /** Resolves when no request is in flight any more. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.arrived.resolve();
    await Promise.all(this.workers);
  }

  private async work(): Promise<void> {
    while (!this.stopping) {
      const { service } = this;
      const next = this.arrived.promise;
      try {
        if (service === undefined) await next;
        else await this.act(service);
      } catch {
        this.unanswered += 1;
        if (this.service === service) await next;
      }
    }
  }

  private async act(service: ServiceApi): Promise<void> {
    const [oldest] = this.guests;
    const isToEnd = this.random.next() < this.guests.size / (2 * GUESTS);
    if (isToEnd && oldest !== undefined) await this.endOne(service, oldest);
    else await this.openOne(service);
  }

  private async openOne(service: ServiceApi): Promise<void> {
    const answer = await service.open();
    if (answer.status !== 201) {
      this.note('POST', answer);
      return;
    }
    const conversationId = String(answer.body['conversationId']);
    this.opened.add(conversationId);
    const isResident = this.residents.size < RESIDENTS && this.random.next() < RESIDENT_SHARE;
    (isResident ? this.residents : this.guests).add(conversationId);
  }

  private async endOne(service: ServiceApi, conversationId: string): Promise<void> {
    this.askedToEnd.add(conversationId);
    this.guests.delete(conversationId);
    const answer = await service.end(conversationId);
    if (answer.status === 200 || answer.status === 202) this.ended.add(conversationId);
    else this.note('DELETE', answer);
  }

  private note(method: string, { status, body }: ApiAnswer): void {
    // On a busy machine an opening may time out; it promises nothing then.
    if (status === 504 && body['code'] === 'upstream-timeout') return;
    this.unexpected.push(`${method}: ${status} ${JSON.stringify(body)}`);
  }
}

interface Arrival {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function newArrival(): Arrival {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
