import { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';
import { firstValueFrom } from 'rxjs';
import { NEVER_CANCELLED } from '../common/http/never-cancelled';
import { OutboundTimeoutError, OutboundTooLargeError } from '../common/http/outbound.errors';
import { USER_AGENT } from '../common/product';
import { CrmConfig } from '../config/crm.config';
import type { SessionEvent } from '../session/domain/session-event';
import { DeliveryFailedError } from '../sync/domain/delivery.errors';
import { EventSink } from '../sync/ports/event.sink';

const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * The CRM's webhook: one POST per event. Only a 2xx is acceptance; redirects are not followed. `webhook-id` and the
 * body's `id` stay the same over every attempt, so that the receiver can tell a repeat.
 */
@Injectable()
export class CrmWebhookSink extends EventSink {
  readonly name = 'crm';

  constructor(
    private readonly http: HttpService,
    private readonly config: CrmConfig,
  ) {
    super();
  }

  async deliver(event: SessionEvent, signal: AbortSignal): Promise<void> {
    const status = await this.post(event, signal);
    if (status < 200 || status > 299) throw new DeliveryFailedError(`status ${status}`);
  }

  private async post(event: SessionEvent, signal: AbortSignal): Promise<number> {
    try {
      const { status } = await firstValueFrom(
        this.http.post<string>(this.config.webhookUrl ?? '', JSON.stringify(bodyOf(event)), {
          headers: { 'content-type': 'application/json', 'user-agent': USER_AGENT, 'webhook-id': event.id },
          timeout: TIMEOUT_MS,
          maxContentLength: MAX_ANSWER_BYTES,
          cancelToken: NEVER_CANCELLED,
          signal,
        }),
      );
      return status;
    } catch (error) {
      // What the receiver says beyond its status is of no interest, however long it is.
      if (error instanceof OutboundTooLargeError) return error.status;
      const isLate = signal.aborted || error instanceof OutboundTimeoutError;
      throw new DeliveryFailedError(isLate ? 'no answer in time' : 'no connection', { cause: error });
    }
  }
}

/** The body of the webhook. Times as RFC 3339, in UTC. */
function bodyOf({ id, conversationId, sequence, state, occurredAt, metadata }: SessionEvent): object {
  const timestamp = new Date(occurredAt).toISOString();
  return { id, type: `session.${state}`, sequence, conversationId, state, timestamp, metadata };
}
