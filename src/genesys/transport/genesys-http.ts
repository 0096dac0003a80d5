import { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';
import { firstValueFrom } from 'rxjs';
import { DomainError } from '../../common/errors/domain.errors';
import { NEVER_CANCELLED } from '../../common/http/never-cancelled';
import { RequestContext } from '../../common/logging/request-context';
import { USER_AGENT } from '../../common/product';
import { GenesysConfig } from '../../config/genesys.config';
import { translateFailure } from './classification';
import { correlationIdOf, type GenesysAnswer, rateReportOf } from './genesys-answer';
import { GenesysTelemetry } from './genesys.telemetry';
import type { Operation } from './operation';
import { UpstreamCircuits } from './upstream-circuits';

/** What is read of an answer at most. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** The operations whose answers say nothing that is needed beyond their status. */
const ANSWERED_BY_STATUS: ReadonlySet<Operation> = new Set<Operation>(['beat', 'disconnect', 'guest-logout']);

/** The statuses by which a conversation is over: their bodies hold the platform's own word for that. */
const BODY_OF: ReadonlySet<number> = new Set([404, 410]);

export interface GenesysRequest {
  readonly operation: Operation;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The last look, when the connection is there and the first byte is about to leave: what it throws is what comes of it. */
  readonly beforeSend?: () => void;
}

/** One HTTP exchange with Genesys Cloud, bounded in time and size. Resolves for every status. */
@Injectable()
export class GenesysHttp {
  private readonly identity = {
    'user-agent': USER_AGENT,
    accept: 'application/json',
  };

  constructor(
    private readonly http: HttpService,
    private readonly config: GenesysConfig,
    private readonly telemetry: GenesysTelemetry,
    private readonly guards: UpstreamCircuits,
  ) {}

  /**
   * Rejects with `UpstreamUnavailableError`, `UpstreamTimeoutError` or `UpstreamInvalidResponseError`, or with the
   * `DomainError` that the last look throws.
   */
  async send(request: GenesysRequest, signal?: AbortSignal): Promise<GenesysAnswer> {
    const startedAt = performance.now();
    const observe = (result: string): void => {
      this.telemetry.requestEnded(request.operation, result, performance.now() - startedAt);
    };
    // Read here: a guard may let a waiting request go in the context of another one.
    const traced = { ...request, headers: { ...request.headers, ...RequestContext.traceHeaders } };
    try {
      const answer = await this.guards.of(request.operation).execute(() => this.exchange(traced, signal));
      observe(`${Math.floor(answer.status / 100)}xx`);
      return answer;
    } catch (failure) {
      const error = failure instanceof DomainError ? failure : translateFailure(failure);
      observe(error.code);
      throw error;
    }
  }

  private async exchange(request: GenesysRequest, signal: AbortSignal | undefined): Promise<GenesysAnswer> {
    const { status, data, headers } = await firstValueFrom(
      this.http.request<string>({
        url: request.url,
        method: request.method,
        headers: { ...this.identity, ...request.headers },
        data: request.body,
        timeout: this.config.timeoutMs,
        maxContentLength: MAX_ANSWER_BYTES,
        cancelToken: NEVER_CANCELLED,
        ...(ANSWERED_BY_STATUS.has(request.operation) ? { statusDecides: true, bodyOf: BODY_OF } : {}),
        ...(signal === undefined ? {} : { signal }),
        ...(request.beforeSend === undefined ? {} : { beforeSend: request.beforeSend }),
      }),
    );
    const { 'retry-after': retryAfter, date } = headers as Record<string, unknown>;
    return {
      status,
      body: data,
      retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
      date: typeof date === 'string' ? date : undefined,
      rate: rateReportOf(headers),
      ...correlationIdOf(headers),
    };
  }
}
