import { Injectable } from '@nestjs/common';
import { HeartbeatConfig } from '../../config/heartbeat.config';
import type { HeartbeatPlan, Loss } from '../../heartbeat/domain/heartbeat-plan';
import { HeartbeatService } from '../../heartbeat/heartbeat.service';
import type { Session } from '../domain/session';
import { GuestChannels } from '../ports/guest-channels';
import { HeartbeatRateController } from './heartbeat-rate-controller';
import { SessionTelemetry } from '../session.telemetry';

/** The last beats of what is resumed may be an interval ago, and a lease as well. */
const RESUME_WITHIN_MS = 1_000;
/** Where there are many they come at a pace that a process can keep: more would only be turned away and come again. */
const RESUMED_PER_MS = 2;

/** Makes the heartbeat plan of a session and hands it over. */
@Injectable()
export class SessionHeartbeat {
  constructor(
    private readonly heartbeats: HeartbeatService,
    private readonly channels: GuestChannels,
    private readonly config: HeartbeatConfig,
    private readonly rateController: HeartbeatRateController,
    private readonly telemetry: SessionTelemetry,
  ) {}

  /** Starts the heartbeat of an active session; doing it twice changes nothing. */
  start(session: Session, onLost: (loss: Loss) => Promise<void>, { resumed } = { resumed: false }): void {
    const { conversationId, channel, oauthClient, durationLimit } = session.snapshot;
    const intervalMs = this.config.intervalMs(durationLimit);
    const guestChannel = this.channels.get(channel);
    const nextSequence = growingSequence();
    const plan: HeartbeatPlan = {
      name: conversationId,
      intervalMs,
      ...(guestChannel.beatsOnBudget ? this.rateController.paceOf(intervalMs, oauthClient) : {}),
      firstWithinMs: resumed ? Math.min(intervalMs, this.resumeWithinMs) : intervalMs,
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

  private get resumeWithinMs(): number {
    return Math.max(RESUME_WITHIN_MS, this.heartbeats.running / RESUMED_PER_MS);
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
