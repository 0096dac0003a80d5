import { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';
import { type HttpAnswer, HttpExchange, type HttpRequest } from './http-exchange';

export type { HttpAnswer, HttpRequest } from './http-exchange';

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
  async send(request: HttpRequest): Promise<HttpAnswer> {
    const { signal } = request;
    // Not `HttpService.request`, whose observable makes and cancels a token for every request.
    const { data } = await this.http.axiosRef.request<HttpAnswer>({
      data: new HttpExchange(request),
      ...(signal && { signal }),
    });
    return data;
  }
}
