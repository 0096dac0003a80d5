import { withMembers } from '../errors/failure-text';
import { type HttpAnswer, HttpClient } from '../http/http-client';
import { EgressForbiddenError, OutboundTimeoutError } from '../http/outbound.errors';
import { RequestContext } from '../logging/request-context';
import { USER_AGENT } from '../product';
import type { Clock } from '../time/clock';
import { parseRetryAfter } from '../time/retry-after';
import { webhookHeaders } from './webhook-headers';

const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 64 * 1024;
const GONE = 410;
/** Statuses with a `Retry-After` that concerns the receiver as a whole. */
const RETRY_AFTER_STATUSES = new Set([429, 503]);

/** One POST of a webhook. */
export interface WebhookRequest {
  readonly url: string;
  /** The id of the event, the same in every attempt. */
  readonly id: string;
  readonly body: string;
  /** Every secret gives a signature; none: the request is not signed. */
  readonly secrets: readonly string[];
  readonly authorization?: string | undefined;
  readonly signal: AbortSignal;
  /** Called once the connection is open; when it throws, nothing is sent. */
  readonly beforeSend: () => void;
}

/** The reason why a receiver did not accept an event, and its meaning for the receiver as a whole. */
export interface WebhookFailure {
  /** In the words of this service: it holds nothing that the receiver sent. */
  readonly reason: string;
  readonly status?: number;
  readonly retryAfterMs?: number;
  readonly isReceiverGone?: boolean;
  /** The host whose address is not globally routable: nothing was sent to it. */
  readonly blockedHost?: string;
  readonly cause?: unknown;
}

/**
 * Sends webhooks. Only a 2xx within 15 seconds is acceptance; redirects are not followed, and of an answer only its
 * head is read. The id and the body stay the same in every attempt, so that the receiver can recognise a repeat; the time
 * of the attempt, and therefore the signatures, differ.
 */
export class WebhookClient {
  constructor(
    private readonly http: HttpClient,
    private readonly clock: Clock,
  ) {}

  /** Resolves with the failure, or with undefined once the receiver has accepted the event. */
  async post(request: WebhookRequest): Promise<WebhookFailure | undefined> {
    try {
      const answer = await this.send(request);
      return answer.status >= 200 && answer.status <= 299 ? undefined : this.refusalIn(answer);
    } catch (error) {
      return failureOf(error, request.signal);
    }
  }

  private send({ url, id, body, secrets, ...request }: WebhookRequest): Promise<HttpAnswer> {
    const { authorization, signal, beforeSend } = request;
    return this.http.send({
      method: 'POST',
      url,
      headers: {
        accept: '*/*',
        'content-type': 'application/json',
        'user-agent': USER_AGENT,
        ...(authorization === undefined ? {} : { authorization }),
        ...RequestContext.traceHeaders,
        ...webhookHeaders(id, body, this.clock.now(), secrets),
      },
      body,
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_ANSWER_BYTES,
      signal,
      beforeSend,
      // The rest of the answer, and whether it ends, is ignored.
      statusDecides: true,
    });
  }

  private refusalIn({ status, headers }: HttpAnswer): WebhookFailure {
    const { 'retry-after': retryAfter, date } = headers;
    const retryAfterMs =
      RETRY_AFTER_STATUSES.has(status) && typeof retryAfter === 'string'
        ? parseRetryAfter(retryAfter, this.clock.now(), typeof date === 'string' ? date : undefined)
        : undefined;
    return {
      reason: `status ${status}`,
      status,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      isReceiverGone: status === GONE,
    };
  }
}

function failureOf(error: unknown, signal: AbortSignal): WebhookFailure {
  if (error instanceof EgressForbiddenError)
    return { reason: 'address not allowed', blockedHost: error.host, cause: error };
  const isLate = signal.aborted || error instanceof OutboundTimeoutError;
  return { reason: isLate ? 'no answer in time' : withMembers('no connection', error), cause: error };
}
