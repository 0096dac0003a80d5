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

export interface UpstreamGuardOptions {
  /** When the circuit opens. */
  readonly breaker: IBreaker;
  /** How long it stays open before one request finds out whether it may close. */
  readonly recoveryMs: number;
  /** Exchanges in flight at most; twice as many may wait for their turn. */
  readonly maxInFlight: number;
}

export type GuardState = 'closed' | 'half-open' | 'open';

const STATE_NAMES: Readonly<Record<CircuitState, GuardState>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
};

/**
 * Stands in front of one dependency: a circuit breaker, so that what is broken is not asked again and again, and a
 * bulkhead, so that what hangs holds no more than its share of connections.
 *
 * An outage is no answer in time, no connection, or a 5xx. Refusals and throttling are answers of something that
 * works, and a request that we abandoned ourselves says nothing.
 */
export class UpstreamCircuit {
  private readonly breaker: CircuitBreakerPolicy;
  private readonly policy;

  private readonly recoveryMs: number;

  constructor({ breaker, recoveryMs, maxInFlight }: UpstreamGuardOptions) {
    this.recoveryMs = recoveryMs;
    // An abandoned probe must not close the circuit: it found out nothing.
    const isProbing = (): boolean => this.breaker.state === CircuitState.HalfOpen;
    const outage = handleWhen((failure) => isProbing() || isOutage(failure)).orWhenResult(isServerError);
    this.breaker = circuitBreaker(outage, { breaker, halfOpenAfter: recoveryMs });
    // The circuit is asked last: what was waiting when it opened is not sent either.
    this.policy = wrap(bulkhead(maxInFlight, maxInFlight * 2), this.breaker);
  }

  get state(): GuardState {
    return STATE_NAMES[this.breaker.state];
  }

  onStateChange(listener: (state: GuardState) => void): void {
    this.breaker.onStateChange((state) => {
      listener(STATE_NAMES[state]);
    });
  }

  /** Rejects at once with `UpstreamUnavailableError` while the circuit is open or too much is waiting. */
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
 * No answer. One that was too long to read or to decode is an answer; our own abort (axios gives it this code) says nothing, nor does what
 * we kept from being sent.
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
