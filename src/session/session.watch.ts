import { Injectable } from '@nestjs/common';
import { HeartbeatConfig } from '../config/heartbeat.config';
import type { HeartbeatPlan, Loss } from '../heartbeat/domain/heartbeat-plan';
import { HeartbeatService } from '../heartbeat/heartbeat.service';
import type { Session } from './domain/session';
import { GuestChannels } from './ports/guest-channels';
import { SessionPace } from './session.pace';
import { SessionTelemetry } from './session.telemetry';

/** After a restart the first beats come within this time, since the last ones may be an interval ago. */
const RESUME_WITHIN_MS = 5_000;

/** Makes the heartbeat plan of a session and hands it over. */
@Injectable()
export class SessionWatch {
  constructor(
    private readonly heartbeats: HeartbeatService,
    private readonly channels: GuestChannels,
    private readonly config: HeartbeatConfig,
    private readonly pace: SessionPace,
    private readonly telemetry: SessionTelemetry,
  ) {}

  /** Starts the heartbeat of an active session; doing it twice changes nothing. */
  begin(session: Session, onLost: (loss: Loss) => Promise<void>, { resumed } = { resumed: false }): void {
    const { conversationId, channel, oauthClient, durationLimit } = session.snapshot;
    const intervalMs = this.config.intervalMs(durationLimit);
    const guestChannel = this.channels.get(channel);
    const nextSequence = growingSequence();
    const plan: HeartbeatPlan = {
      name: conversationId,
      intervalMs,
      ...(guestChannel.beatsOnBudget ? this.sharedPace(intervalMs, oauthClient) : {}),
      firstWithinMs: resumed ? Math.min(intervalMs, RESUME_WITHIN_MS) : intervalMs,
      tolerance: this.config.failureThreshold,
      beat: async (signal, latenessMs) => {
        const outcome = await guestChannel.beat(session.snapshot, nextSequence(), signal);
        this.telemetry.beatEnded(outcome, latenessMs, conversationId);
        return outcome;
      },
      onLost,
    };
    this.heartbeats.start(plan);
  }

  /** Lets go of so many conversations: others will beat for them. Returns which. */
  letGo(count: number): string[] {
    const names = this.heartbeats.names.slice(0, count);
    for (const name of names) {
      this.heartbeats.stop(name);
      this.channels.leave(name);
    }
    return names;
  }

  /** Nothing that was held is this process's any more. */
  letGoOfAll(): void {
    this.letGo(Number.POSITIVE_INFINITY);
  }

  private sharedPace(
    intervalMs: number,
    oauthClient: string,
  ): Pick<HeartbeatPlan, 'group' | 'currentIntervalMs'> {
    const group = this.pace.clientFor(oauthClient);
    return { group, currentIntervalMs: () => this.pace.intervalMs(intervalMs, group) };
  }
}

/**
 * Numbers that only grow, over restarts too, without a write per beat: the time in milliseconds, or one more than
 * the last number when the clock has not moved on or was set back.
 */
function growingSequence(): () => number {
  let last = 0;
  return () => (last = Math.max(last + 1, Date.now()));
}
