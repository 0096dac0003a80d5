import { Injectable, Logger } from '@nestjs/common';
import { Seldom } from '../common/logging/seldom';
import { Metrics } from '../metrics/metrics';
import type { HopRefusal } from '../replica/hop-proof';

const QUIET_MS = 60_000;

/** Reports requests that were not forwarded, or not accepted from another replica. No address and no proof reaches a line. */
@Injectable()
export class ForwardingTelemetry {
  private readonly log = new Logger('Forwarding');
  private readonly refused;
  private readonly addresses = new Seldom(QUIET_MS);
  private readonly hops = new Seldom(QUIET_MS);

  constructor(metrics: Metrics) {
    this.refused = metrics.counter(
      'forwarding_refused_total',
      'Requests that were not forwarded, or not accepted from another replica, by reason',
      ['reason'],
    );
  }

  /** `unsealed` is expected while a release without seals is replaced; `forged` never is. */
  addressRefused(reason: 'unsealed' | 'forged'): void {
    this.refused.inc({ reason });
    this.addresses.say((count) => {
      const message = 'Replica address not used: its seal is not genuine';
      if (reason === 'forged') this.log.error({ message, reason, count });
      else this.log.warn({ message, reason, count });
    });
  }

  limited(reason: 'share' | 'total'): void {
    this.refused.inc({ reason });
  }

  hopRefused(reason: HopRefusal | 'altered'): void {
    this.refused.inc({ reason });
    this.hops.say((count) => {
      this.log.warn({ message: 'Forwarded request not accepted', reason, count });
    });
  }

  /** The receiver does not accept the proofs of this replica: their data keys differ. */
  proofRefused(): void {
    this.refused.inc({ reason: 'unproven' });
    this.hops.say((count) => {
      this.log.error({ message: 'Forwarded request refused: proof not genuine', reason: 'unproven', count });
    });
  }
}
