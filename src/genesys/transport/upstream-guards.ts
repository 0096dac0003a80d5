import { Injectable, Logger } from '@nestjs/common';
import { ConsecutiveBreaker, SamplingBreaker } from 'cockatiel';
import { GenesysConfig } from '../../config/genesys.config';
import { Metrics } from '../../metrics/metrics';
import type { Operation } from './operation';
import { type GuardState, UpstreamGuard } from './upstream-guard';

/** Share of failures that opens the circuit of the API, and the time it is measured over. */
const FAILING_SHARE = 0.5;
const SAMPLE_MS = 10_000;
/** The login is asked so rarely that a share means nothing. */
const FAILED_LOGINS = 5;
const API_IN_FLIGHT = 128;
const LOGIN_IN_FLIGHT = 16;

const GAUGE: Readonly<Record<GuardState, number>> = { closed: 0, 'half-open': 1, open: 2 };

/** The guards of the two hosts of Genesys Cloud: the login and the platform API. */
@Injectable()
export class UpstreamGuards {
  private readonly log = new Logger('Upstream');
  private readonly login: UpstreamGuard;
  private readonly api: UpstreamGuard;

  constructor({ breakerMinRps, breakerRecoveryMs: recoveryMs }: GenesysConfig, metrics: Metrics) {
    this.login = new UpstreamGuard({
      breaker: new ConsecutiveBreaker(FAILED_LOGINS),
      recoveryMs,
      maxInFlight: LOGIN_IN_FLIGHT,
    });
    this.api = new UpstreamGuard({
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
    this.tell('login', this.login);
    this.tell('api', this.api);
  }

  of(operation: Operation): UpstreamGuard {
    return operation === 'token' ? this.login : this.api;
  }

  private tell(dependency: string, guard: UpstreamGuard): void {
    guard.onStateChange((state) => {
      const message = `The circuit of the Genesys ${dependency} is ${state}`;
      if (state === 'open') this.log.error(message);
      else this.log.log(message);
    });
  }
}
