import { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';
import { firstValueFrom } from 'rxjs';
import { NEVER_CANCELLED } from '../../src/common/http/never-cancelled';
import { RequestContext } from '../../src/common/logging/request-context';
import { USER_AGENT } from '../../src/common/product';
import { parseRetryAfter } from '../../src/common/time/retry-after';
import type { SessionEvent } from '../../src/session/domain/session-event';
import { DeliveryFailedError } from '../../src/sync/domain/delivery.errors';
import { EventSink } from '../../src/sync/ports/event.sink';
import { ReportingConfig } from './reporting.config';
import { ReportingTelemetry } from './reporting.telemetry';

const LIMITS = {
  /** Shorter than the 15 seconds of an attempt, so that this sink says what happened. */
  timeout: 10_000,
  maxContentLength: 16 * 1024,
  /** The body of the answer is not waited for. */
  statusDecides: true,
  cancelToken: NEVER_CANCELLED,
};

/** Reports ended sessions to an HTTP service: one PUT per session, idempotent by the id of the event. */
@Injectable()
export class ReportingSink extends EventSink {
  readonly name = 'reporting';

  constructor(
    private readonly http: HttpService,
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
    return state !== 'connected' && (channel === undefined || metadata['channel'] === channel);
  }

  private async put(
    { id, conversationId, state, occurredAt, metadata }: SessionEvent,
    signal: AbortSignal,
    beforeSend: () => void,
  ): Promise<{ status: number; headers: Readonly<Record<string, string | undefined>> }> {
    const { endReason, queueId } = metadata;
    const body = { conversationId, state, endedAt: new Date(occurredAt).toISOString(), endReason, queueId };
    const headers = {
      'content-type': 'application/json',
      'user-agent': USER_AGENT,
      authorization: `Bearer ${this.config.token}`,
      ...RequestContext.traceHeaders,
    };
    const options = { ...LIMITS, headers, signal, beforeSend };
    const url = `${this.config.url}/reports/${encodeURIComponent(id)}`;
    try {
      const answer = await firstValueFrom(this.http.put<string>(url, JSON.stringify(body), options));
      return { status: answer.status, headers: answer.headers as Record<string, string | undefined> };
    } catch (error) {
      throw new DeliveryFailedError('no answer', { cause: error });
    }
  }
}
