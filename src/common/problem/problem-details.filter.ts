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

/** Above the number of combinations of code and public route that fail together. */
const MAX_FAILURES = 200;

interface Failure {
  readonly code: string;
  readonly status: number;
  readonly error: unknown;
}

/** Called for each refusal; `route` is a method and a path with its parameters' names. */
export type RefusalObserver = (error: DomainError, route: string) => void;

/** Responds to every error with problem details, and logs it at the level of its severity. */
@Catch()
export class ProblemDetailsFilter implements ExceptionFilter {
  private readonly log = new Logger(ProblemDetailsFilter.name);
  private readonly outsiders = new Coalescer<Failure>(MAX_FAILURES, (failure, count) => {
    this.logFailure({ ...failure, count });
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
    // A request ends here also when its caller has hung up; no response is sent then.
    if (reply.sent || reply.raw.destroyed) return;
    if (error instanceof DomainError && error.retryAfterMs !== undefined) {
      void reply.header('retry-after', String(Math.max(1, Math.ceil(error.retryAfterMs / 1000))));
    }
    if (error instanceof DomainError && error.isReplayed === true)
      void reply.header('idempotency-replayed', 'true');
    // RFC 9110, 11.6.1: a 401 names the authentication scheme.
    if (problem.status === UNAUTHORIZED) void reply.header('www-authenticate', 'Bearer');
    sendProblem(reply, problem);
  }

  /** Logs the remaining counts, after the last request. */
  flush(): void {
    this.outsiders.flush();
  }

  /** Coalesces lines that a client can cause without a credential. */
  private report(error: unknown, { code, status }: Problem, route: string): void {
    const failure = { code, status, error };
    if (status < 500) this.log.debug({ message: 'Request refused', code, status });
    else if (RequestContext.caller === undefined) this.outsiders.add(`${code} ${route}`, failure);
    else this.logFailure(failure);
  }

  private logFailure(failure: Failure & { readonly count?: number }): void {
    if (failure.status === 500) this.log.error({ message: 'Request failed by a bug', ...failure });
    else this.log.warn({ message: 'Request failed', ...failure });
  }
}

function routeOf({ method, routeOptions }: FastifyRequest): string {
  return `${method} ${routeOptions.url ?? 'unmatched'}`;
}

/** An incomplete body, because its caller hung up or was cut off, is not a bug of the service. */
function isBrokenOff({ raw }: FastifyRequest, error: unknown): boolean {
  return !raw.complete && !(error instanceof DomainError) && !(error instanceof HttpException);
}
