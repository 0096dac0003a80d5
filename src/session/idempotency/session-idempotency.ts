import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../../access/domain/caller';
import { Drain } from '../../common/lifecycle/drain';
import { abortable } from '../../common/time/abortable';
import { withDeadline } from '../../common/time/deadline';
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
import { type OpenedSession, SessionService } from '../session.service';

/** How long a request waits for the one before it: less than a stopping process waits for requests. */
const PATIENCE_MS = 2_000;
/** How often to look whether another process has an answer; of one in this process the news comes by itself. */
const LOOK_EVERY_MS = 100;

/** How an opening is asked for, besides what is asked for. */
export interface OpenOptions {
  /** The `Idempotency-Key` as it came. */
  readonly key?: string | undefined;
  readonly answerOf: (opened: OpenedSession) => OpenedAnswer;
  /** Aborts when nobody waits for the answer any more. */
  readonly hungUp: AbortSignal;
}

/** One opening, from the first step or from where a process that is gone has left it. */
interface Work {
  readonly begin: () => Promise<OpenedAnswer>;
  readonly goOn: (conversationId: string) => Promise<OpenedAnswer>;
}

/**
 * Carries an opening with a key out once, however often, at the same time and over restarts, it is asked for. The same
 * request with the same key in this process joins the one under way; what is durable decides everything else.
 *
 * What is refused before a session is reserved, and what certainly came to nothing upstream, is not kept.
 */
@Injectable()
export class SessionIdempotency {
  private readonly underWay = new Map<string, Promise<IdempotentResult>>();

  constructor(
    private readonly service: SessionService,
    private readonly keys: IdempotencyStore,
    private readonly lease: Lease,
    private readonly drain: Drain,
    private readonly telemetry: IdempotencyTelemetry,
  ) {}

  /**
   * Without a key every call opens a session. With one, throws besides what an opening throws:
   * `IdempotencyKeyInvalidError`, `IdempotencyKeyReusedError`, `RequestInProgressError` when the first request takes
   * longer than two seconds more, and `ReplayedProblemError`.
   */
  async open(asked: OpenSession, caller: Caller, asking: OpenOptions): Promise<IdempotentResult> {
    const { key, answerOf } = asking;
    if (key === undefined)
      return { answer: answerOf(await this.service.open(asked, caller)), from: 'opened' };
    try {
      const request = this.requestOf(asked, caller, key);
      const keeping = { request, answerOf };
      const given = await this.join(request, asking.hungUp, {
        begin: async () => answerIn(await this.service.open(asked, caller, keeping)),
        goOn: async (conversationId) => answerIn(await this.service.goOn(conversationId, asked, keeping)),
      });
      this.telemetry.answered(given.from);
      return given;
    } catch (error) {
      this.telemetry.refused(error);
      throw error;
    }
  }

  private requestOf(asked: OpenSession, { owner }: Caller, header: string): IdempotentRequest {
    return keyedRequestOf({ owner, key: idempotencyKeyOf(header), asked, openingBy: this.lease.holder });
  }

  private async join(request: IdempotentRequest, hungUp: AbortSignal, work: Work): Promise<IdempotentResult> {
    const id = JSON.stringify([request.owner, request.fingerprint]);
    const first = this.underWay.get(id);
    if (first !== undefined) return this.follow(first, request, hungUp);
    const lead = this.lead(request, work).finally(() => this.underWay.delete(id));
    this.underWay.set(id, lead);
    return lead;
  }

  /** Gives the answer of the first request again. Of its failures those that are kept say that they are. */
  private async follow(
    first: Promise<IdempotentResult>,
    request: IdempotentRequest,
    hungUp: AbortSignal,
  ): Promise<IdempotentResult> {
    try {
      const { answer } = await inTime(first, hungUp);
      return { answer, from: 'replayed' };
    } catch (error) {
      if (error instanceof RequestInProgressError) throw error;
      const kept = await this.keys.find(request);
      if (kept?.answer !== undefined) return replayed(kept.answer);
      throw error;
    }
  }

  /** The first of its kind in this process; another process may be at it all the same. */
  private async lead(request: IdempotentRequest, work: Work): Promise<IdempotentResult> {
    const givesUpAt = performance.now() + PATIENCE_MS;
    for (;;) {
      const kept = await this.keys.find(request);
      if (kept !== undefined && kept.fingerprint !== request.fingerprint)
        throw new IdempotencyKeyReusedError();
      if (kept?.answer !== undefined) return replayed(kept.answer);
      const given = await this.carryOut(kept, request, work);
      if (given !== undefined) return given;
      if (performance.now() >= givesUpAt || this.drain.signal.aborted) throw new RequestInProgressError();
      // A key that was taken between the look and the first step is there to be seen at once.
      if (kept !== undefined) await this.pause();
    }
  }

  private async pause(): Promise<void> {
    await delay(LOOK_EVERY_MS, undefined, { signal: this.drain.signal }).catch(() => undefined);
  }

  /** Undefined when somebody else has come first, or is at it. */
  private async carryOut(
    kept: KeptRequest | undefined,
    request: IdempotentRequest,
    work: Work,
  ): Promise<IdempotentResult | undefined> {
    try {
      if (kept === undefined) return { answer: await work.begin(), from: 'opened' };
      if (!(await this.keys.claim(request))) return undefined;
      this.telemetry.takingOver(kept.conversationId);
      return { answer: await work.goOn(kept.conversationId), from: 'taken-over' };
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

function inTime<T>(work: Promise<T>, hungUp: AbortSignal): Promise<T> {
  return withDeadline(PATIENCE_MS, hungUp, async (signal) => {
    try {
      return await abortable(work, signal);
    } catch (error) {
      throw signal.aborted ? new RequestInProgressError() : error;
    }
  });
}
