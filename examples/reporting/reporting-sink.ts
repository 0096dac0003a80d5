import { Injectable } from '@nestjs/common';
import { type HttpAnswer, HttpClient } from '../../src/common/http/http-client';
import { RequestContext } from '../../src/common/logging/request-context';
import { USER_AGENT } from '../../src/common/product';
import { parseRetryAfter } from '../../src/common/time/retry-after';
import type { SessionEvent } from '../../src/session/domain/session-event';
import { DeliveryFailedError } from '../../src/sync/domain/delivery.errors';
import { EventSink } from '../../src/sync/ports/event-sink';
import { ReportingConfig } from './reporting.config';
import { ReportingTelemetry } from './reporting.telemetry';

const LIMITS = {
  /** Shorter than the 15 seconds of an attempt, so that the failure is recorded as that of this sink. */
  timeoutMs: 10_000,
  maxBytes: 16 * 1024,
  /** The answer counts without its body. */
  statusDecides: true,
};

/** Reports ended sessions to an HTTP service: one PUT per session, idempotent by the id of the event. */
@Injectable()
export class ReportingSink extends EventSink {
  readonly name = 'reporting';

  constructor(
    private readonly http: HttpClient,
    private readonly config: ReportingConfig,
    private readonly telemetry: ReportingTelemetry,
  ) {
    super();
  }

  async deliver(event: SessionEvent, signal: AbortSignal, beforeSend: () => void): Promise<void> {
    if (!this.isReported(event)) return;
    const { status, headers } = await this.put(event, signal, beforeSend);
    if (status < 200 || status > 299) {
      const retryAfterMs = parseRetryAfter(headers['retry-after'], Date.now(), headers['date']);
      throw new DeliveryFailedError(`status ${status}`, {
        status,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      });
    }
    this.telemetry.accepted(event.conversationId, event.id);
  }

  /** An event that returns at once counts as delivered. A test event always goes out: an operator waits for it. */
  private isReported({ state, metadata }: SessionEvent): boolean {
    if (state === 'test') return true;
    const { channel } = this.config;
    const isOver = state === 'terminated' || state === 'disconnected';
    return isOver && (channel === undefined || metadata['channel'] === channel);
  }

  private async put(
    { id, conversationId, state, occurredAt, metadata }: SessionEvent,
    signal: AbortSignal,
    beforeSend: () => void,
  ): Promise<HttpAnswer> {
    const { endReason, queueId } = metadata;
    const body = { conversationId, state, endedAt: new Date(occurredAt).toISOString(), endReason, queueId };
    const headers = {
      'content-type': 'application/json',
      'user-agent': USER_AGENT,
      authorization: `Bearer ${this.config.token}`,
      ...RequestContext.traceHeaders,
    };
    const url = `${this.config.url}/reports/${encodeURIComponent(id)}`;
    const request = { ...LIMITS, method: 'PUT', url, headers, body: JSON.stringify(body) };
    try {
      return await this.http.send({ ...request, signal, beforeSend });
    } catch (error) {
      throw new DeliveryFailedError('no answer', { cause: error });
    }
  }
}
