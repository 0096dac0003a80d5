import { Injectable } from '@nestjs/common';
import { HeartbeatConfig } from '../../config/heartbeat.config';
import type { HeartbeatPlan } from '../../heartbeat/domain/heartbeat-plan';
import { HeartbeatService } from '../../heartbeat/heartbeat.service';
import { type BeatDemand, stretched, stretchFactor } from '../domain/beat-pace';
import { UpstreamCapacity } from '../ports/upstream-capacity';
import { ReplicaBudgetShare } from './replica-budget-share';

/** Validity of a factor: sessions come and go, and the platform may change its budgets. */
const VALID_MS = 1_000;

/**
 * Adapts the heartbeat intervals to the budgets of the OAuth clients: the configured interval while that fits, evenly
 * stretched when it does not.
 */
@Injectable()
export class HeartbeatRateController {
  private factors: ReadonlyMap<string, number> = new Map();
  private computedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly capacity: UpstreamCapacity,
    private readonly heartbeats: HeartbeatService,
    private readonly config: HeartbeatConfig,
    private readonly share: ReplicaBudgetShare,
  ) {}

  /** The current interval of a session on this client. */
  intervalMs(ownMs: number, oauthClient: string): number {
    return stretched(ownMs, this.factorOf(oauthClient), this.config.stretchMaxMs);
  }

  /** The stretch factor of the intervals of a client; 1 leaves them as configured. */
  factorOf(oauthClient: string): number {
    const now = performance.now();
    if (now - this.computedAt >= VALID_MS) {
      this.factors = this.compute();
      this.computedAt = now;
    }
    return this.factors.get(oauthClient) ?? 1;
  }

  /** The part of a heartbeat plan that slows the beats of a session down with those of its OAuth client. */
  paceOf(intervalMs: number, oauthClient: string): Pick<HeartbeatPlan, 'group' | 'currentIntervalMs'> {
    const group = this.capacity.clientFor(oauthClient);
    return { group, currentIntervalMs: () => this.intervalMs(intervalMs, group) };
  }

  private compute(): ReadonlyMap<string, number> {
    const demands = this.heartbeats.demandByGroup();
    return new Map(
      this.capacity.clients.map(({ id, beatsPerMs }) => {
        const demand: BeatDemand = demands.get(id) ?? new Map<number, number>();
        const here = [...demand.values()].reduce((sum, sessions) => sum + sessions, 0);
        return [id, stretchFactor(demand, beatsPerMs * this.share.of(id, here), this.config.stretchMaxMs)];
      }),
    );
  }
}
