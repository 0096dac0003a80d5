import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/errors/domain.errors';
import { HttpClient } from '../../common/http/http-client';
import { upstreamErrorOfFailure } from '../../common/http/upstream-failure';
import { RequestContext } from '../../common/logging/request-context';
import { USER_AGENT } from '../../common/product';
import { type Span, Spans } from '../../common/tracing/spans';
import { GenesysConfig } from '../../config/genesys.config';
import { correlationIdOf, type GenesysAnswer, rateReportOf } from './genesys-answer';
import { GenesysTelemetry } from './genesys.telemetry';
import type { Operation } from './operation';
import { urlTemplateOf } from './url-template';
import { UpstreamCircuits } from './upstream-circuits';

const MAX_ANSWER_BYTES = 1024 * 1024;

/** Operations of whose answers only the status is used. */
const ANSWERED_BY_STATUS: ReadonlySet<Operation> = new Set<Operation>([
  'beat',
  'disconnect',
  'guest-logout',
  'receipt',
  'typing',
]);

/** Statuses of a conversation that is over: their bodies hold the platform's own term for that. */
const BODY_OF: ReadonlySet<number> = new Set([404, 410]);

const CLIENT = { kind: 'client' } as const;
const FIRST_ERROR = 400;

export interface GenesysRequest {
  readonly operation: Operation;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Called when the connection is there and the first byte is about to leave; the request fails with the error that it throws. */
  readonly beforeSend?: () => void;
}

/** One HTTP exchange with Genesys Cloud, bounded in time and size. Resolves for every status. */
@Injectable()
export class GenesysHttpClient {
  private readonly identity = {
    'user-agent': USER_AGENT,
    accept: 'application/json',
  };

  constructor(
    private readonly http: HttpClient,
    private readonly config: GenesysConfig,
    private readonly telemetry: GenesysTelemetry,
    private readonly circuits: UpstreamCircuits,
  ) {}

  /**
   * Rejects with `UpstreamUnavailableError`, `UpstreamTimeoutError` or `UpstreamInvalidResponseError`, or with the
   * `DomainError` that `beforeSend` throws.
   */
  async send(request: GenesysRequest, signal?: AbortSignal): Promise<GenesysAnswer> {
    return Spans.run(
      request.method,
      async (span) => {
        if (span.isRecording) describe(span, request);
        const answer = await this.observed(request, signal);
        span.set('http.response.status_code', answer.status);
        if (answer.status >= FIRST_ERROR) span.fail(String(answer.status));
        return answer;
      },
      CLIENT,
    );
  }

  private async observed(request: GenesysRequest, signal?: AbortSignal): Promise<GenesysAnswer> {
    const startedAt = performance.now();
    const observe = (result: string): void => {
      this.telemetry.requestEnded(request.operation, result, performance.now() - startedAt);
    };
    // Read here: a bulkhead may let a waiting request go in the context of another one.
    const traced = { ...request, headers: { ...request.headers, ...RequestContext.traceHeaders } };
    try {
      const circuit = request.operation === 'token' ? this.circuits.login : this.circuits.api;
      const answer = await circuit.execute(() => this.exchange(traced, signal));
      observe(`${Math.floor(answer.status / 100)}xx`);
      return answer;
    } catch (failure) {
      const error = failure instanceof DomainError ? failure : upstreamErrorOfFailure(failure);
      observe(error.code);
      throw error;
    }
  }

  private async exchange(request: GenesysRequest, signal: AbortSignal | undefined): Promise<GenesysAnswer> {
    const { status, headers, body } = await this.http.send({
      method: request.method,
      url: request.url,
      headers: { ...this.identity, ...request.headers },
      body: request.body,
      timeoutMs: this.config.timeoutMs,
      maxBytes: MAX_ANSWER_BYTES,
      signal,
      beforeSend: request.beforeSend,
      ...(ANSWERED_BY_STATUS.has(request.operation) && { statusDecides: true, bodyOf: BODY_OF }),
    });
    const { 'retry-after': retryAfter, date } = headers;
    return {
      status,
      body,
      retryAfter,
      date,
      rate: rateReportOf(headers),
      ...correlationIdOf(headers),
    };
  }
}

/** OpenTelemetry's conventions for HTTP clients, without the URL, which holds ids. */
function describe(span: Span, { method, url, operation }: GenesysRequest): void {
  const { hostname, port, protocol, pathname } = new URL(url);
  const template = urlTemplateOf(pathname);
  const defaultPort = protocol === 'https:' ? 443 : 80;
  span.rename(`${method} ${template}`);
  span.set('http.request.method', method);
  span.set('server.address', hostname);
  span.set('server.port', port === '' ? defaultPort : Number(port));
  span.set('url.template', template);
  span.set('genesys.operation', operation);
  span.set('genesys.attempt', RequestContext.attempt ?? 1);
  if ((RequestContext.attempt ?? 1) > 1)
    span.set('http.request.resend_count', (RequestContext.attempt ?? 1) - 1);
}
