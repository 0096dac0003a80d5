import { Injectable } from '@nestjs/common';
import { type HttpAnswer, HttpClient } from '../common/http/http-client';
import { EgressForbiddenError, OutboundTimeoutError } from '../common/http/outbound.errors';
import { RequestContext } from '../common/logging/request-context';
import { USER_AGENT } from '../common/product';
import { Clock } from '../common/time/clock';
import { parseRetryAfter } from '../common/time/retry-after';
import { CrmConfig } from '../config/crm.config';
import { eventTypeOf, type SessionEvent } from '../session/domain/session-event';
import { DeliveryFailedError, withMembers } from '../sync/domain/delivery.errors';
import { EventSink } from '../sync/ports/event-sink';
import { CrmTelemetry } from './crm.telemetry';
import { WebhookSigner } from './webhook-signer';

const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 64 * 1024;
const GONE = 410;
/** Statuses with a `Retry-After` that concerns the receiver as a whole. */
const RETRY_AFTER_STATUSES = new Set([429, 503]);

/**
 * The CRM's webhook: one POST per event, signed if there is a secret. Only a 2xx is acceptance; redirects are not
 * followed. `webhook-id` and the body stay the same in every attempt, so that the receiver can recognise a repeat;
 * the time of the attempt, and therefore the signatures, differ. Requests go to globally routable addresses only,
 * unless the configuration allows others.
 */
@Injectable()
export class CrmWebhookSink extends EventSink {
  readonly name = 'crm';

  constructor(
    private readonly http: HttpClient,
    private readonly config: CrmConfig,
    private readonly signer: WebhookSigner,
    private readonly clock: Clock,
    private readonly telemetry: CrmTelemetry,
  ) {
    super();
  }

  async deliver(event: SessionEvent, signal: AbortSignal, beforeSend: () => void): Promise<void> {
    const answer = await this.post(event, signal, beforeSend);
    if (answer.status < 200 || answer.status > 299) throw this.refusal(answer);
  }

  private async post(event: SessionEvent, signal: AbortSignal, beforeSend: () => void): Promise<HttpAnswer> {
    const body = JSON.stringify(bodyOf(event));
    const signed = this.signer.headersFor(event.id, body, this.clock.now());
    try {
      const headers = {
        accept: '*/*',
        'content-type': 'application/json',
        'user-agent': USER_AGENT,
        ...this.credentials,
        ...RequestContext.traceHeaders,
        ...signed,
      };
      return await this.http.send({
        method: 'POST',
        url: this.config.webhookUrl ?? '',
        headers,
        body,
        timeoutMs: TIMEOUT_MS,
        maxBytes: MAX_ANSWER_BYTES,
        signal,
        beforeSend,
        // The rest of the answer, and whether it ends, is ignored.
        statusDecides: true,
      });
    } catch (error) {
      throw this.failure(error, signal);
    }
  }

  private get credentials(): Record<string, string> {
    const { authorization } = this.config;
    return authorization === undefined ? {} : { authorization };
  }

  private refusal({ status, headers }: HttpAnswer): DeliveryFailedError {
    const { 'retry-after': retryAfter, date } = headers;
    const retryAfterMs =
      RETRY_AFTER_STATUSES.has(status) && typeof retryAfter === 'string'
        ? parseRetryAfter(retryAfter, this.clock.now(), typeof date === 'string' ? date : undefined)
        : undefined;
    return new DeliveryFailedError(`status ${status}`, {
      status,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      isReceiverGone: status === GONE,
    });
  }

  private failure(error: unknown, signal: AbortSignal): DeliveryFailedError {
    if (error instanceof EgressForbiddenError) {
      this.telemetry.egressBlocked(error.host);
      return new DeliveryFailedError('address not allowed', { cause: error });
    }
    const isLate = signal.aborted || error instanceof OutboundTimeoutError;
    const reason = isLate ? 'no answer in time' : withMembers('no connection', error);
    return new DeliveryFailedError(reason, { cause: error });
  }
}

/** The body of the webhook. Times are RFC 3339 in UTC. */
function bodyOf({ id, conversationId, sequence, state, occurredAt, metadata }: SessionEvent): object {
  const timestamp = new Date(occurredAt).toISOString();
  return { id, type: eventTypeOf(state), sequence, conversationId, state, timestamp, metadata };
}
