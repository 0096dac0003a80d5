import type { Readable } from 'node:stream';
import { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';

/**
 * An outbound request. It is sent as it is: with these headers and no others but those of the connection.
 *
 * @publicApi
 */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable | undefined;
  /** Limit of the whole exchange, from the connection to the last byte of the answer. */
  readonly timeoutMs: number;
  /** Limit of the answer's body, decoded. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
  /** Called when the connection is there and the first byte is about to leave. An error that it throws keeps it from leaving. */
  readonly beforeSend?: (() => void) | undefined;
  /** Resolves with status and headers as soon as they have arrived, whatever comes of the body. */
  readonly statusDecides?: boolean;
  /** With `statusDecides`: statuses whose body is read all the same, as far as it arrives within a second. */
  readonly bodyOf?: ReadonlySet<number>;
}

/** @publicApi */
export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name; the values of a repeated header are joined with commas. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Text of the body, without content coding and byte order mark. */
  readonly body: string;
}

/** Headers that axios would add of its own. */
const NOT_OURS = { accept: false, 'content-type': false };

/**
 * Sends outbound requests over the connection pool of the importing module, each within a time-out and a limit of the
 * answer. Resolves for every status and follows no redirect.
 *
 * @publicApi
 */
@Injectable()
export class HttpClient {
  constructor(private readonly http: HttpService) {}

  /**
   * Rejects with the error that `beforeSend` throws, `OutboundTimeoutError`, `OutboundTooLargeError`, the error of the
   * connection, or axios' `CanceledError` when the signal aborts.
   */
  async send({ headers, body, timeoutMs, maxBytes, ...request }: HttpRequest): Promise<HttpAnswer> {
    const { signal, beforeSend, ...rest } = request;
    // Not `HttpService.request`, whose observable makes and cancels a token for every request.
    const answer = await this.http.axiosRef.request<string>({
      ...rest,
      headers: { ...NOT_OURS, ...headers },
      timeout: timeoutMs,
      maxContentLength: maxBytes,
      ...(body !== undefined && { data: body }),
      ...(signal && { signal }),
      ...(beforeSend && { beforeSend }),
    });
    return { status: answer.status, headers: textsOf(answer.headers), body: answer.data };
  }
}

function textsOf(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') texts[name] = value;
    else if (Array.isArray(value)) texts[name] = value.join(', ');
  }
  return texts;
}
