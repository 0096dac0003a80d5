import {
  BrokenCircuitError,
  bulkhead,
  BulkheadRejectedError,
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  handleWhen,
  type IBreaker,
  wrap,
} from 'cockatiel';
import { DomainError } from '../../common/errors/domain.errors';
import { OutboundCodingError, OutboundTooLargeError } from '../../common/http/outbound.errors';
import { UpstreamUnavailableError } from '../../common/errors/upstream.errors';
import type { GenesysAnswer } from './genesys-answer';

export interface UpstreamCircuitOptions {
  /** Condition on which the circuit opens. */
  readonly breaker: IBreaker;
  /** Time that it stays open before one request probes the dependency. */
  readonly recoveryMs: number;
  /** Limit of exchanges in flight; twice as many may wait. */
  readonly maxInFlight: number;
}

export type UpstreamCircuitState = 'closed' | 'half-open' | 'open';

const STATE_NAMES: Readonly<Record<CircuitState, UpstreamCircuitState>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
};

/**
 * Circuit breaker and bulkhead in front of one dependency: the circuit keeps requests from a dependency that fails, the
 * bulkhead keeps one that hangs from holding more than its share of connections.
 *
 * A missing answer, a missing connection and a 5xx count as an outage. Refusals and throttling are answers of a
 * dependency that works, and a request that this service aborted counts as neither.
 */
export class UpstreamCircuitBreaker {
  private readonly breaker: CircuitBreakerPolicy;
  private readonly policy;

  private readonly recoveryMs: number;

  constructor({ breaker, recoveryMs, maxInFlight }: UpstreamCircuitOptions) {
    this.recoveryMs = recoveryMs;
    // An aborted probe must not close the circuit: its result is unknown.
    const isProbing = (): boolean => this.breaker.state === CircuitState.HalfOpen;
    const outage = handleWhen((failure) => isProbing() || isOutage(failure)).orWhenResult(isServerError);
    this.breaker = circuitBreaker(outage, { breaker, halfOpenAfter: recoveryMs });
    // The circuit comes last: requests that were waiting when it opened are not sent either.
    this.policy = wrap(bulkhead(maxInFlight, maxInFlight * 2), this.breaker);
  }

  get state(): UpstreamCircuitState {
    return STATE_NAMES[this.breaker.state];
  }

  onStateChange(listener: (state: UpstreamCircuitState) => void): void {
    this.breaker.onStateChange((state) => {
      listener(STATE_NAMES[state]);
    });
  }

  /** Rejects at once with `UpstreamUnavailableError` while the circuit is open or too many requests wait. */
  async execute(exchange: () => Promise<GenesysAnswer>): Promise<GenesysAnswer> {
    try {
      return await this.policy.execute(exchange);
    } catch (error) {
      if (error instanceof BrokenCircuitError) throw this.openError();
      if (error instanceof BulkheadRejectedError) throw new UpstreamUnavailableError({ reason: 'overload' });
      throw error;
    }
  }

  private openError(): UpstreamUnavailableError {
    return new UpstreamUnavailableError({ reason: 'breaker-open', retryAfterMs: this.recoveryMs });
  }
}

function isServerError(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'status' in result && Number(result.status) >= 500;
}

/**
 * Whether the failure is a missing answer. An answer that was too long to read or could not be decoded is one; an abort
 * of this service (axios' code `ERR_CANCELED`) and a request that `beforeSend` kept back say nothing.
 */
function isOutage(failure: unknown): boolean {
  const isAnswer = failure instanceof OutboundTooLargeError || failure instanceof OutboundCodingError;
  if (isAnswer || failure instanceof DomainError) return false;
  return !(
    typeof failure === 'object' &&
    failure !== null &&
    'code' in failure &&
    failure.code === 'ERR_CANCELED'
  );
}
