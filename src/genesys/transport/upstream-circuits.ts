import { Injectable, Logger } from '@nestjs/common';
import { ConsecutiveBreaker, SamplingBreaker } from 'cockatiel';
import { GenesysConfig } from '../../config/genesys.config';
import { Metrics } from '../../metrics/metrics';
import { type UpstreamCircuitState, UpstreamCircuitBreaker } from './upstream-circuit-breaker';

/** Share of failures that opens the circuit of the API, and the time that it is measured over. */
const FAILING_SHARE = 0.5;
const SAMPLE_MS = 10_000;
/** Failures in a row that open the circuit of the login, which has too few requests for a share. */
const FAILED_LOGINS = 5;
const API_IN_FLIGHT = 128;
const LOGIN_IN_FLIGHT = 16;

const GAUGE: Readonly<Record<UpstreamCircuitState, number>> = { closed: 0, 'half-open': 1, open: 2 };

/** The circuits of the two hosts of Genesys Cloud: the login and the platform API. */
@Injectable()
export class UpstreamCircuits {
  private readonly log = new Logger('Upstream');
  readonly login: UpstreamCircuitBreaker;
  readonly api: UpstreamCircuitBreaker;

  constructor({ breakerMinRps, breakerRecoveryMs: recoveryMs }: GenesysConfig, metrics: Metrics) {
    this.login = new UpstreamCircuitBreaker({
      breaker: new ConsecutiveBreaker(FAILED_LOGINS),
      recoveryMs,
      maxInFlight: LOGIN_IN_FLIGHT,
    });
    this.api = new UpstreamCircuitBreaker({
      breaker: new SamplingBreaker({
        threshold: FAILING_SHARE,
        duration: SAMPLE_MS,
        minimumRps: breakerMinRps,
      }),
      recoveryMs,
      maxInFlight: API_IN_FLIGHT,
    });
    metrics.gaugeBy('circuit_state', 'Circuits: 0 closed, 1 half open, 2 open', 'dependency', () => ({
      login: () => GAUGE[this.login.state],
      api: () => GAUGE[this.api.state],
    }));
    this.logChanges('login', this.login);
    this.logChanges('api', this.api);
  }

  private logChanges(dependency: string, circuit: UpstreamCircuitBreaker): void {
    circuit.onStateChange((state) => {
      const message = `The circuit of the Genesys ${dependency} is ${state}`;
      if (state === 'open') this.log.error(message);
      else this.log.log(message);
    });
  }
}
