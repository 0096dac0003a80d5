import { Injectable, Logger } from '@nestjs/common';
import { Metrics } from '../../metrics/metrics';
import {
  IdempotencyKeyInvalidError,
  IdempotencyKeyReusedError,
  ReplayedProblemError,
  RequestInProgressError,
} from '../domain/idempotency.errors';
import type { IdempotentResult } from '../domain/stored-response';

const REFUSALS = [
  [IdempotencyKeyInvalidError, 'invalid'],
  [IdempotencyKeyReusedError, 'reused'],
  [RequestInProgressError, 'in-progress'],
  [ReplayedProblemError, 'replayed'],
] as const;

/** What came of requests with an idempotency key. No key reaches a line. */
@Injectable()
export class IdempotencyTelemetry {
  private readonly log = new Logger('Idempotency');
  private readonly requests;

  constructor(metrics: Metrics) {
    this.requests = metrics.counter('idempotency_total', 'Requests with an idempotency key by result', [
      'result',
    ]);
  }

  answered(from: IdempotentResult['from']): void {
    this.requests.inc({ result: from });
  }

  takingOver(conversationId: string): void {
    this.log.log({ message: 'An opening that its process has left is carried on', conversationId });
  }

  /** Everything that a request with a key was refused with; `failed` is the opening's own trouble. */
  refused(error: unknown): void {
    const [, result] = REFUSALS.find(([refusal]) => error instanceof refusal) ?? [undefined, 'failed'];
    this.requests.inc({ result });
  }

  purgeFailed(error: unknown): void {
    this.log.warn({ message: 'Expired keys could not be removed; it is tried again', error });
  }
}
