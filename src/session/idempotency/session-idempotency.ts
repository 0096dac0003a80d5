import { sleep } from '../../common/time/sleep';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../../access/domain/caller';
import { Drain } from '../../common/lifecycle/drain';
import { SingleFlight } from '../../common/limits/single-flight';
import { Lease } from '../../replica/ports/lease';
import { idempotencyKeyOf } from '../domain/idempotency-key';
import {
  IdempotencyKeyReusedError,
  ReplayedProblemError,
  RequestInProgressError,
} from '../domain/idempotency.errors';
import type { IdempotentResult, StoredResponse, OpenedAnswer } from '../domain/stored-response';
import { type IdempotentRequest, keyedRequestOf } from '../domain/idempotent-request';
import { SessionChangedError } from '../domain/session.errors';
import { IdempotencyTelemetry } from './idempotency.telemetry';
import { IdempotencyStore, type KeptRequest } from '../ports/idempotency.store';
import type { OpenSession } from '../opening/session-admission';
import { FIRST_REQUEST_TIMEOUT_MS, resultOfFirst } from '../first-request';
import { type OpenedSession, SessionService } from '../session.service';

/** Interval of polls for the response of another process; one of this process resolves by itself. */
const POLL_INTERVAL_MS = 100;

/** The context of an opening besides its content. */
export interface OpenOptions {
  /** The `Idempotency-Key` header, unchanged. */
  readonly key?: string | undefined;
  readonly answerOf: (opened: OpenedSession) => OpenedAnswer;
  /** Aborts when the caller has hung up. */
  readonly hungUp: AbortSignal;
}

/** One opening, from its first step or resumed where an earlier process has stopped. */
interface Work {
  readonly begin: () => Promise<OpenedAnswer>;
  readonly resume: (conversationId: string) => Promise<OpenedAnswer>;
}

/**
 * Makes openings with a key idempotent, also for concurrent requests and over restarts. The same request with the same key
 * joins the one in flight in this process (single flight); between processes, the persisted key decides.
 *
 * A refusal before the reservation of a session is not stored, nor a failure that certainly had no effect upstream.
 */
@Injectable()
export class SessionIdempotency {
  private readonly inFlight = new SingleFlight<IdempotentResult>();

  constructor(
    private readonly service: SessionService,
    private readonly keys: IdempotencyStore,
    private readonly lease: Lease,
    private readonly drain: Drain,
    private readonly telemetry: IdempotencyTelemetry,
  ) {}

  /**
   * Without a key every call opens a session. With one, throws besides the errors of an opening:
   * `IdempotencyKeyInvalidError`, `IdempotencyKeyReusedError`, `RequestInProgressError` when the first request takes
   * longer than two seconds more, and `ReplayedProblemError`.
   */
  async open(opening: OpenSession, caller: Caller, options: OpenOptions): Promise<IdempotentResult> {
    const { key, answerOf } = options;
    if (key === undefined)
      return { answer: answerOf(await this.service.open(opening, caller)), from: 'opened' };
    try {
      const request = this.requestOf(opening, caller, key);
      const context = { request, answerOf };
      const result = await this.join(request, options.hungUp, {
        begin: async () => answerIn(await this.service.open(opening, caller, context)),
        resume: async (conversationId) =>
          answerIn(await this.service.resume(conversationId, opening, context)),
      });
      this.telemetry.answered(result.from);
      return result;
    } catch (error) {
      this.telemetry.refused(error);
      throw error;
    }
  }

  private requestOf(asked: OpenSession, { owner }: Caller, header: string): IdempotentRequest {
    return keyedRequestOf({ owner, key: idempotencyKeyOf(header), asked, openingBy: this.lease.holder });
  }

  private join(request: IdempotentRequest, hungUp: AbortSignal, work: Work): Promise<IdempotentResult> {
    const id = JSON.stringify([request.owner, request.fingerprint]);
    const first = this.inFlight.get(id);
    return first === undefined
      ? this.inFlight.run(id, () => this.lead(request, work))
      : this.follow(first, request, hungUp);
  }

  /** Replays the answer of the first request. A failure that was stored is replayed as such. */
  private async follow(
    first: Promise<IdempotentResult>,
    request: IdempotentRequest,
    hungUp: AbortSignal,
  ): Promise<IdempotentResult> {
    try {
      const { answer } = await resultOfFirst(first, hungUp);
      return { answer, from: 'replayed' };
    } catch (error) {
      if (error instanceof RequestInProgressError) throw error;
      const kept = await this.keys.find(request);
      if (kept?.answer !== undefined) return replayed(kept.answer);
      throw error;
    }
  }

  /** Handles the first request in this process; another process may have one with the same key in flight. */
  private async lead(request: IdempotentRequest, work: Work): Promise<IdempotentResult> {
    const givesUpAt = performance.now() + FIRST_REQUEST_TIMEOUT_MS;
    for (;;) {
      const kept = await this.keys.find(request);
      if (kept !== undefined && kept.fingerprint !== request.fingerprint)
        throw new IdempotencyKeyReusedError();
      if (kept?.answer !== undefined) return replayed(kept.answer);
      const result = await this.openOrResume(kept, request, work);
      if (result !== undefined) return result;
      if (performance.now() >= givesUpAt || this.drain.signal.aborted) throw new RequestInProgressError();
      // Without a stored key, another request has taken it since the lookup: the next lookup finds it at once.
      if (kept !== undefined) await sleep(POLL_INTERVAL_MS, this.drain.signal);
    }
  }

  /** Undefined when another request was first, or has the opening in flight. */
  private async openOrResume(
    kept: KeptRequest | undefined,
    request: IdempotentRequest,
    work: Work,
  ): Promise<IdempotentResult | undefined> {
    try {
      if (kept === undefined) return { answer: await work.begin(), from: 'opened' };
      if (!(await this.keys.claim(request))) return undefined;
      this.telemetry.takingOver(kept.conversationId);
      return { answer: await work.resume(kept.conversationId), from: 'taken-over' };
    } catch (error) {
      if (error instanceof RequestInProgressError || error instanceof SessionChangedError) return undefined;
      throw error;
    }
  }
}

function answerIn({ answer }: OpenedSession): OpenedAnswer {
  if (answer === undefined) throw new Error('An opening with a key has no answer to keep.');
  return answer;
}

function replayed(kept: StoredResponse): IdempotentResult {
  if ('problem' in kept) throw new ReplayedProblemError(kept.problem);
  return { answer: kept.opened, from: 'replayed' };
}
