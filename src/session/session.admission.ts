import { Injectable } from '@nestjs/common';
import { Drain } from '../common/lifecycle/drain';
import { Clock } from '../common/time/clock';
import { SessionConfig } from '../config/session.config';
import { newGuestToken } from './domain/guest-token';
import { Session } from './domain/session';
import { type Place, SessionPlacement } from './session.placement';
import { SessionTelemetry } from './session.telemetry';

/** What a caller asks for. Absent fields get their defaults. */
export interface OpenSession {
  readonly queueId: string;
  readonly name?: string;
  readonly locale?: string;
  readonly capabilities?: readonly string[];
  /** Seconds. */
  readonly durationLimit?: number;
  readonly channel?: string;
}

/** Decides whether a session may be opened, and writes it down before anything is sent. */
@Injectable()
export class SessionAdmission {
  constructor(
    private readonly placement: SessionPlacement,
    private readonly config: SessionConfig,
    private readonly clock: Clock,
    private readonly drain: Drain,
    private readonly telemetry: SessionTelemetry,
  ) {}

  /**
   * Takes a slot and writes the session as `connecting`. Throws `ShuttingDownError` or `SessionLimitReachedError`;
   * then there is no session.
   */
  async reserve(asked: OpenSession): Promise<Session> {
    this.drain.assertOpen();
    try {
      const place = await this.placement.choose();
      const session = this.sessionFrom(asked, place);
      await this.placement.reserve(session, place);
      return session;
    } catch (error) {
      this.telemetry.openingFailed(error);
      throw error;
    }
  }

  private sessionFrom(asked: OpenSession, { oauthClient }: Place): Session {
    return Session.reserve(
      {
        oauthClient,
        guestToken: newGuestToken(),
        channel: asked.channel ?? this.config.defaultChannel,
        queueId: asked.queueId,
        name: asked.name ?? 'Guest',
        locale: asked.locale ?? 'en-US',
        capabilities: asked.capabilities ?? this.config.defaultCapabilities,
        durationLimit: asked.durationLimit ?? this.config.defaultDurationSeconds,
        disclosesGuestToken: this.config.disclosesGuestToken,
      },
      this.clock.now(),
    );
  }
}
