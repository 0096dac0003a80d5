import { Injectable, Logger, RequestTimeoutException } from '@nestjs/common';
import { DomainError } from '../common/errors/domain.errors';
import { PoisonMessageReporter } from '../common/poison/poison-message-reporter';
import { Metrics } from '../metrics/metrics';

/** Log lines and metrics of messages. They contain no text of a message. */
@Injectable()
export class MessagesTelemetry {
  private readonly log = new Logger('Messages');
  private readonly sendings;
  private readonly uploads;
  private readonly kept;
  private readonly overflows;
  private waiting: () => number = () => 0;

  constructor(
    metrics: Metrics,
    private readonly poison: PoisonMessageReporter,
  ) {
    this.sendings = metrics.counter('messages_sent_total', 'Messages of guests by outcome', ['outcome']);
    this.uploads = metrics.counter('attachments_total', 'Files of guests by outcome', ['outcome']);
    this.kept = metrics.counter(
      'messages_kept_total',
      'Messages of either side that were new to this service',
    );
    this.overflows = metrics.counter(
      'messages_overflows_total',
      'Conversations that are reread, because too many messages were waiting to be stored',
    );
    metrics.gauge('messages_waiting', 'Messages that were met and are not kept yet', () => this.waiting());
  }

  watchWaiting(count: () => number): void {
    this.waiting = count;
  }

  sent(): void {
    this.sendings.inc({ outcome: 'ok' });
  }

  sendingFailed(error: unknown): void {
    this.sendings.inc({ outcome: error instanceof DomainError ? error.code : 'internal' });
  }

  uploaded(): void {
    this.uploads.inc({ outcome: 'ok' });
  }

  /** The caller caused the outcome by hanging up or by not sending. */
  uploadFailed(error: unknown, isHungUp: boolean): void {
    const isStalled = error instanceof RequestTimeoutException;
    const outcome = error instanceof DomainError ? error.code : isStalled ? 'stalled' : 'internal';
    this.uploads.inc({ outcome: isHungUp ? 'hung-up' : outcome });
  }

  keptSome(count: number): void {
    this.kept.inc(count);
  }

  /** The message can never be stored. */
  refused(error: unknown, conversationId: string, messageId: string): void {
    this.poison.report('messages', `${conversationId} ${messageId}`, error, conversationId);
  }

  /** The conversation can never be reread: its messages were lost. */
  rereadingRefused(error: unknown, conversationId: string): void {
    this.poison.report('messages', conversationId, error, conversationId);
  }

  keepingFailed(error: unknown, conversationId?: string): void {
    this.log.warn({
      message: 'Message storage failed; retrying',
      ...(conversationId === undefined ? {} : { conversationId }),
      error,
    });
  }

  overflowed(conversationId: string): void {
    this.overflows.inc();
    this.log.warn({ message: 'Message backlog overflowed, conversation read again later', conversationId });
  }

  actsLost(reason: 'overflow' | 'refused', count: number, conversationId: string): void {
    this.log.error({
      message: 'Audit records of messages lost',
      reason,
      count,
      conversationId,
    });
  }

  rereadingFailed(error: unknown, conversationId: string): void {
    this.log.error({ message: 'Conversation reread failed', conversationId, error });
  }
}
