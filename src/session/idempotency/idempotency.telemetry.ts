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

/** Counts requests with an idempotency key by result. No key reaches a line. */
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
    this.log.log({ message: 'Abandoned opening resumed', conversationId });
  }

  /** Counts a refused request by its cause; `failed` is a failure of the opening itself. */
  refused(error: unknown): void {
    const [, result] = REFUSALS.find(([refusal]) => error instanceof refusal) ?? [undefined, 'failed'];
    this.requests.inc({ result });
  }

  purgeFailed(error: unknown): void {
    this.log.warn({ message: 'Idempotency key purge failed; retried later', error });
  }
}
