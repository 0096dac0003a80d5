import { Injectable } from '@nestjs/common';
import { HeartbeatConfig } from '../../config/heartbeat.config';
import type { HeartbeatPlan, Loss } from '../../heartbeat/domain/heartbeat-plan';
import { HeartbeatService } from '../../heartbeat/heartbeat.service';
import type { Session } from '../domain/session';
import { GuestChannels } from '../ports/guest-channels';
import { HeartbeatRateController } from './heartbeat-rate-controller';
import { SessionTelemetry } from '../session.telemetry';

/** First beat of a resumed session, which may have been silent for one interval plus one lease. */
const RESUME_WITHIN_MS = 1_000;
/** Rate of the first beats of many resumed sessions, which a process can sustain: more would be refused and retried. */
const RESUMED_PER_MS = 2;

/** Builds the heartbeat plan of a session and starts it. */
@Injectable()
export class SessionHeartbeatStarter {
  /** The turn of the next resumed session for its first beat: turns are as far apart as the rate says. */
  private nextTurnAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly heartbeats: HeartbeatService,
    private readonly channels: GuestChannels,
    private readonly config: HeartbeatConfig,
    private readonly rateController: HeartbeatRateController,
    private readonly telemetry: SessionTelemetry,
  ) {}

  /** Starts the heartbeat of an active session; idempotent. */
  start(session: Session, onLost: (loss: Loss) => Promise<void>, { resumed } = { resumed: false }): void {
    const { conversationId, channel, oauthClient, durationLimit } = session.snapshot;
    const intervalMs = this.config.intervalMs(durationLimit);
    const guestChannel = this.channels.get(channel);
    const nextSequence = growingSequence();
    const plan: HeartbeatPlan = {
      name: conversationId,
      intervalMs,
      ...(guestChannel.beatsOnBudget ? this.rateController.paceOf(intervalMs, oauthClient) : {}),
      ...(resumed ? this.turnOf(intervalMs) : { firstWithinMs: intervalMs }),
      tolerance: this.config.failureThreshold,
      beat: async (signal, { at, latenessMs }) => {
        const outcome = await guestChannel.beat(session.snapshot, nextSequence(at), signal);
        this.telemetry.beatEnded(outcome, latenessMs, conversationId);
        return outcome;
      },
      onLost,
    };
    this.heartbeats.start(plan);
  }

  /** The next turn, but none later than an interval: turns beyond it begin again with it. */
  private turnOf(intervalMs: number): Pick<HeartbeatPlan, 'firstAfterMs' | 'firstWithinMs'> {
    const now = performance.now();
    const turnAt = Math.max(now, this.nextTurnAt);
    this.nextTurnAt = turnAt + 1 / RESUMED_PER_MS;
    const firstWithinMs = Math.min(intervalMs, RESUME_WITHIN_MS);
    return { firstAfterMs: (turnAt - now) % Math.max(1, intervalMs - firstWithinMs), firstWithinMs };
  }
}

/**
 * Numbers that only grow, over restarts and from one replica to the next too, without a write per beat: the time in
 * milliseconds, or one more than the last number when the clock has not moved on or was set back.
 */
function growingSequence(): (at: number) => number {
  let last = 0;
  return (at) => (last = Math.max(last + 1, at));
}
