import {
  type ArgumentsHost,
  BadRequestException,
  Catch,
  type ExceptionFilter,
  HttpException,
  HttpStatus,
  Logger,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../errors/domain.errors';
import { Coalescer } from '../limits/coalescer';
import { RequestContext } from '../logging/request-context';
import { type Problem, toProblem } from './problem';
import { pathOf, sendProblem } from './send-problem';

const UNAUTHORIZED: number = HttpStatus.UNAUTHORIZED;

/** More than there are codes and public routes that fail together. */
const MAX_FAILURES = 200;

interface Failure {
  readonly code: string;
  readonly status: number;
  readonly error: unknown;
}

/** Hears of what was not allowed; `route` is a method and a path with its parameters' names. */
export type RefusalObserver = (error: DomainError, route: string) => void;

/** Answers every error with problem details and logs it as loudly as it deserves. */
@Catch()
export class ProblemDetailsFilter implements ExceptionFilter {
  private readonly log = new Logger(ProblemDetailsFilter.name);
  private readonly outsiders = new Coalescer<Failure>(MAX_FAILURES, (failure, count) => {
    this.logFailure({ ...failure, ...(count > 1 ? { count } : {}) });
  });

  constructor(private readonly observeRefusal: RefusalObserver = () => undefined) {}

  catch(caught: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = isBrokenOff(request, caught) ? new BadRequestException() : caught;
    const problem = toProblem(error, { instance: pathOf(request.url), requestId: request.id });
    this.report(error, problem, routeOf(request));
    if (error instanceof DomainError && error.isRefusal) this.observeRefusal(error, routeOf(request));
    // A caller that hung up in the middle of a request still ends here; there is nobody to answer.
    if (reply.sent || reply.raw.destroyed) return;
    if (error instanceof DomainError && error.retryAfterMs !== undefined) {
      void reply.header('retry-after', String(Math.max(1, Math.ceil(error.retryAfterMs / 1000))));
    }
    if (error instanceof DomainError && error.isReplayed === true)
      void reply.header('idempotency-replayed', 'true');
    // RFC 9110, 11.6.1: a 401 says how to do better.
    if (problem.status === UNAUTHORIZED) void reply.header('www-authenticate', 'Bearer');
    sendProblem(reply, problem);
  }

  /** Logs what is still counted, when the last request has been served. */
  flush(): void {
    this.outsiders.flush();
  }

  /** Lines that a client can cause without a credential are coalesced. */
  private report(error: unknown, { code, status }: Problem, route: string): void {
    const failure = { code, status, error };
    if (status < 500) this.log.debug({ message: 'A request was refused', code, status });
    else if (RequestContext.caller === undefined) this.outsiders.add(`${code} ${route}`, failure);
    else this.logFailure(failure);
  }

  private logFailure(failure: Failure & { readonly count?: number }): void {
    if (failure.status === 500) this.log.error({ message: 'A request failed by a bug', ...failure });
    else this.log.warn({ message: 'A request failed', ...failure });
  }
}

function routeOf({ method, routeOptions }: FastifyRequest): string {
  return `${method} ${routeOptions.url ?? 'unmatched'}`;
}

/** A body that ends half way, because its caller hung up or was cut off, is no bug of ours. */
function isBrokenOff({ raw }: FastifyRequest, error: unknown): boolean {
  return !raw.complete && !(error instanceof DomainError) && !(error instanceof HttpException);
}
