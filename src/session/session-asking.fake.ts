import { Caller } from '../access/domain/caller';
import { DomainError } from '../common/errors/domain.errors';
import { keyedRequestOf } from './domain/idempotent-request';
import { aSession } from './domain/session.builder';
import type { OpenSession } from './opening/session-admission';
import type { OpenedSession } from './session.service';
import type { FakeSessionServices } from './session-services.fake';

/** What is asked for: `key-1`, a session in the queue support, unless a test says otherwise. */
interface Asked {
  readonly key?: string;
  readonly asked?: OpenSession;
  readonly caller?: Caller;
  readonly hungUp?: AbortSignal;
}

/** Asks for sessions with idempotency keys, and tells what came of it as far as callers can tell. */
export class FakeOpenOptions {
  constructor(private readonly services: FakeSessionServices) {}

  async open(given: Asked = {}): Promise<object> {
    const { key = 'key-1', asked = { queueId: 'support' }, caller = Caller.anonymous } = given;
    const { hungUp = new AbortController().signal } = given;
    try {
      const asking = { key, answerOf, hungUp };
      const { answer, from } = await this.services.idempotency.open(asked, caller, asking);
      return { ...answer, from };
    } catch (error) {
      if (!(error instanceof DomainError)) return { error };
      const { code, kind, title, message, reason, retryAfterMs, isReplayed = false } = error;
      return { code, kind, title, message, reason, retryAfterMs, isReplayed };
    }
  }

  openMany(count: number): Promise<object[]> {
    return Promise.all(Array.from({ length: count }, () => this.open()));
  }

  /** The upstream answers the next opening once the result is called. */
  letUpstreamWait(): () => void {
    let answer: () => void = () => undefined;
    this.services.channel.onOpen(
      () =>
        new Promise((resolve) => {
          answer = () => {
            resolve({ id: 'theirs' });
          };
        }),
    );
    return () => {
      answer();
    };
  }

  failUpstream(error: unknown): void {
    this.services.channel.onOpen(() => {
      throw error;
    });
  }

  /** An opening with `key-1` that another process has begun. */
  async begunElsewhere(): Promise<string> {
    const session = aSession({ channel: 'fake', holder: '' });
    const request = { owner: '', key: 'key-1', asked: { queueId: 'support' }, openingBy: 'elsewhere' };
    await this.services.store.reserve(session, { total: 9, ofClient: 9 }, keyedRequestOf(request));
    return session.conversationId;
  }

  results(result: string): Promise<number | undefined> {
    return this.services.metrics.sample(`idempotency_total{result="${result}"}`);
  }
}

function answerOf({ session, upstream }: OpenedSession) {
  const { guestToken, version } = session.snapshot;
  return { location: session.conversationId, etag: String(version), body: { guestToken, upstream } };
}
