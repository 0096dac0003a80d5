import { Caller } from '../../access/domain/caller';
import { DomainError } from '../../common/errors/domain.errors';
import { keyedRequestOf } from '../domain/idempotent-request';
import { aSession } from '../domain/session.builder';
import type { OpenSession } from '../opening/session-admission';
import type { OpenedSession } from '../session.service';
import type { FakeSessionServices } from '../session-services.fake';

/** A request; by default with the key `key-1`, for a session in the queue support. */
interface FakeRequest {
  readonly key?: string;
  readonly opening?: OpenSession;
  readonly caller?: Caller;
  readonly hungUp?: AbortSignal;
}

/** A client that opens sessions with idempotency keys, and returns the parts of answers and errors that callers see. */
export class FakeIdempotencyClient {
  constructor(private readonly services: FakeSessionServices) {}

  async open(request: FakeRequest = {}): Promise<object> {
    const { key = 'key-1', opening = { queueId: 'support' }, caller = Caller.anonymous } = request;
    const { hungUp = new AbortController().signal } = request;
    try {
      const options = { key, answerOf, hungUp };
      const { answer, from } = await this.services.idempotency.open(opening, caller, options);
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

  /** Lets the upstream answer the next opening once the returned function is called. */
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

  /** Reserves an opening with `key-1`, as another process that has begun it. */
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
