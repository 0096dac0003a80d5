import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Coalescer } from '../../common/limits/coalescer';
import { Metrics } from '../../metrics/metrics';
import type { HopRefusal } from '../../replica/hop-proof';

type AddressRefusal = 'unsigned' | 'forged';
type ReportedRefusal = AddressRefusal | HopRefusal | 'altered' | 'unproven';

const ADDRESS_REFUSED = 'Replica address not used: its signature is not genuine';
const HOP_REFUSED = 'Forwarded request not accepted';

/** The line of each reason; one at level `error` needs an operator. */
const LINES = {
  unsigned: ['warn', ADDRESS_REFUSED],
  forged: ['error', ADDRESS_REFUSED],
  expired: ['warn', HOP_REFUSED],
  misdirected: ['warn', HOP_REFUSED],
  replayed: ['warn', HOP_REFUSED],
  altered: ['warn', HOP_REFUSED],
  unproven: ['error', 'Forwarded request refused: proof not genuine'],
} as const satisfies Record<ReportedRefusal, readonly ['warn' | 'error', string]>;

/**
 * Reports requests that were not forwarded, or not accepted from another replica. Each reason is coalesced on its own, so
 * that none silences another. No address and no proof reaches a line.
 */
@Injectable()
export class ForwardingTelemetry implements OnApplicationShutdown {
  private readonly log = new Logger('Forwarding');
  private readonly refused;
  private readonly refusals = new Coalescer<ReportedRefusal>(Object.keys(LINES).length, (reason, count) => {
    const [level, message] = LINES[reason];
    this.log[level]({ message, reason, count });
  });

  constructor(metrics: Metrics) {
    this.refused = metrics.counter(
      'forwarding_refused_total',
      'Requests that were not forwarded, or not accepted from another replica, by reason',
      ['reason'],
    );
  }

  onApplicationShutdown(): void {
    this.refusals.flush();
  }

  /** `unsigned` is expected while a release without signatures is replaced; `forged` never is. */
  addressRefused(reason: AddressRefusal): void {
    this.report(reason);
  }

  limited(reason: 'caller' | 'all'): void {
    this.refused.inc({ reason });
  }

  hopRefused(reason: HopRefusal | 'altered'): void {
    this.report(reason);
  }

  /** The receiver does not accept the proofs of this replica: their data keys differ. */
  proofRefused(): void {
    this.report('unproven');
  }

  private report(reason: ReportedRefusal): void {
    this.refused.inc({ reason });
    this.refusals.add(reason, reason);
  }
}
