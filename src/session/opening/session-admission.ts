import { Injectable } from '@nestjs/common';
import type { Caller } from '../../access/domain/caller';
import { Clock } from '../../common/time/clock';
import { SessionConfig } from '../../config/session.config';
import { newGuestToken } from '../domain/guest-token';
import type { GuestContext, JourneyContext } from '../domain/guest-context';
import {
  guestAddressOf,
  type OpeningMessage,
  requestedOpeningMessageOf,
  type RequestedOpeningMessage,
} from '../domain/opening-message';
import type { IdempotentRequest } from '../domain/idempotent-request';
import type { Login } from '../domain/login';
import { NotSupportedByChannelError } from '../domain/messaging.errors';
import { Session } from '../domain/session';
import type { SessionSnapshot } from '../domain/session-snapshot';
import { GuestChannels } from '../ports/guest-channels';
import { SessionStore } from '../ports/session.store';
import type { RequestedSession } from '../ports/session-policy';
import { type ClientAssignment, OAuthClientSelector } from './oauth-client-selector';
import { SessionPolicyEvaluator } from './session-policy-evaluator';
import { SessionTelemetry } from '../session.telemetry';

/** The opening that a caller requests. Absent fields get their defaults. */
export interface OpenSession extends RequestedOpeningMessage {
  readonly queueId: string;
  readonly name?: string;
  readonly locale?: string;
  readonly capabilities?: readonly string[];
  /** Seconds. */
  readonly durationLimit?: number;
  readonly channel?: string;
  readonly customAttributes?: Readonly<Record<string, string>>;
  readonly journeyContext?: JourneyContext;
  /** Receives the events of the session for the caller's webhooks of its origin. */
  readonly webhookUrl?: string;
  /** The login of the guest, which only the opening itself may read. */
  readonly authentication?: Login;
}

/** Decides whether a session may be opened, and persists it before anything is sent. */
@Injectable()
export class SessionAdmission {
  constructor(
    private readonly policyEvaluator: SessionPolicyEvaluator,
    private readonly clientSelector: OAuthClientSelector,
    private readonly channels: GuestChannels,
    private readonly sessions: SessionStore,
    private readonly config: SessionConfig,
    private readonly clock: Clock,
    private readonly telemetry: SessionTelemetry,
  ) {}

  /**
   * Asks every policy, then takes a slot and writes the session as `connecting` and the caller's. Throws `ShuttingDownError`,
   * `InvalidRequestError` for an opening message, `SessionRefusedError`, `PolicyUnavailableError`,
   * `NotSupportedByChannelError`, `SessionLimitReachedError`, `CallerSessionLimitReachedError` or `GuestInSessionError`, and
   * `RequestInProgressError` when the key of the request is taken; then there is no session.
   */
  async reserve(opening: OpenSession, caller: Caller, request?: IdempotentRequest): Promise<Session> {
    try {
      const requested = this.withDefaults(opening);
      const openingMessage = this.openingMessageOf(requested.channel, opening);
      await this.policyEvaluator.assertAllowed(requested);
      const assignment = await this.clientSelector.select(requested.channel, caller, opening);
      const { webhookUrl } = opening;
      const given = {
        ...contextOf(opening, openingMessage),
        ...addressOf(openingMessage),
        ...(webhookUrl === undefined ? {} : { webhookUrl }),
      };
      const session = this.sessionFrom({ ...requested, ...given }, caller.owner, assignment);
      await this.sessions.reserve(session, assignment.limits, request);
      return session;
    } catch (error) {
      this.telemetry.openingFailed(error);
      throw error;
    }
  }

  private withDefaults(opening: OpenSession): RequestedSession {
    return {
      channel: opening.channel ?? this.config.defaultChannel,
      queueId: opening.queueId,
      name: opening.name ?? 'Guest',
      locale: opening.locale ?? 'en-US',
      capabilities: opening.capabilities ?? this.config.defaultCapabilities,
      durationLimit: opening.durationLimit ?? this.config.defaultDurationSeconds,
    };
  }

  private openingMessageOf(channel: string, opening: OpenSession): OpeningMessage | undefined {
    const { openingMessages } = this.channels.get(channel);
    const requested = requestedOpeningMessageOf(opening);
    if (openingMessages !== undefined) return openingMessages.complete(requested ?? {});
    if (requested !== undefined) throw new NotSupportedByChannelError(channel);
    return undefined;
  }

  private sessionFrom(
    requested: RequestedSession & Pick<SessionSnapshot, 'guestContext' | 'guestAddress' | 'webhookUrl'>,
    owner: string,
    { oauthClient, holder }: ClientAssignment,
  ): Session {
    const { disclosesGuestToken } = this.config;
    return Session.reserve(
      { ...requested, owner, oauthClient, holder, guestToken: newGuestToken(), disclosesGuestToken },
      this.clock.now(),
    );
  }
}

function contextOf(
  { customAttributes, journeyContext }: OpenSession,
  openingMessage: OpeningMessage | undefined,
): { guestContext?: GuestContext } {
  const guestContext = {
    ...(customAttributes === undefined ? {} : { customAttributes }),
    ...(journeyContext === undefined ? {} : { journeyContext }),
    ...(openingMessage === undefined ? {} : { openingMessage }),
  };
  return Object.keys(guestContext).length === 0 ? {} : { guestContext };
}

function addressOf(openingMessage: OpeningMessage | undefined): { guestAddress?: string } {
  if (openingMessage === undefined) return {};
  return { guestAddress: guestAddressOf(openingMessage.integrationId, openingMessage.guestId) };
}
