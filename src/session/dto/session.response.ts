import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { HeartbeatStatus } from '../../heartbeat/heartbeat';
import type { Session } from '../domain/session';
import { type Assignment, ASSIGNMENT_STATES, type AssignmentState, type WrapUp } from '../domain/assignment';
import { ENDED_BY, type EndedBy } from '../domain/platform-fact';
import { END_DETECTIONS, type EndDetection } from '../domain/end-detection';
import { SESSION_STATES, type SessionState } from '../domain/session-state';

/** The part of a response that the session itself does not hold. */
export interface SessionView {
  readonly heartbeat: HeartbeatStatus;
  readonly endDetection?: EndDetection;
  /** Whether the reader may see the name of the guest. */
  readonly showsGuestName: boolean;
}

export class HeartbeatResponse {
  @ApiProperty({ type: 'integer', example: 30_000 })
  intervalMs: number = 0;

  /** Absent before the first success in the responding process. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  lastSuccessAt?: string;

  @ApiProperty({ type: 'integer', example: 0 })
  consecutiveFailures: number = 0;
}

export class AssignmentResponse {
  /** `none` between two parties, and after the end. */
  @ApiProperty({ enum: ASSIGNMENT_STATES })
  readonly state: AssignmentState;

  @ApiProperty({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly since: string;

  /** The queue in Genesys Cloud. */
  @ApiPropertyOptional({ type: String, example: '3f1c8f0a-5a0e-4a38-9a6e-2f3f5a0b7d11' })
  readonly queueId?: string;

  /** The agent's user in Genesys Cloud. */
  @ApiPropertyOptional({ type: String, example: '7c9e6679-7425-40de-944b-e07fc1f90ae7' })
  readonly userId?: string;

  constructor({ state, since, queueId, userId }: Assignment) {
    this.state = state;
    this.since = toIso(since);
    if (queueId !== undefined) this.queueId = queueId;
    if (userId !== undefined) this.userId = userId;
  }
}

export class WrapUpResponse {
  /** Id or name of the wrap-up code. */
  @ApiProperty({ type: String, example: '5f2b1c3d-8a4e-4c1f-9b7d-2e6a0c9d4f13' })
  readonly code: string;

  /** Empty without notes, and once the guest was erased. */
  @ApiProperty({ type: String, example: 'Sent a replacement.' })
  readonly notes: string;

  @ApiProperty({ type: [String], example: ['delivery'] })
  readonly tags: readonly string[];

  @ApiPropertyOptional({ type: 'integer', example: 12_000 })
  readonly durationMs?: number;

  @ApiProperty({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly at: string;

  @ApiPropertyOptional({ type: String, example: '7c9e6679-7425-40de-944b-e07fc1f90ae7' })
  readonly userId?: string;

  constructor({ code, notes, tags, durationMs, at, userId }: WrapUp) {
    this.code = code;
    this.notes = notes;
    this.tags = tags;
    if (durationMs !== undefined) this.durationMs = durationMs;
    this.at = toIso(at);
    if (userId !== undefined) this.userId = userId;
  }
}

/** A session as callers see it. It never contains the guest token. */
export class SessionResponse {
  @ApiProperty({ type: String, format: 'uuid', example: '0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11' })
  readonly conversationId: string;

  /**
   * Genesys Cloud's own id of the conversation, for links and tickets. Absent until it is known, and on
   * conversations-messaging, where `conversationId` is the id at Genesys Cloud too.
   */
  @ApiPropertyOptional({ type: String, example: '9c1d7f0e-7a52-4f1b-8a0f-3b7b1f6a2c44' })
  readonly genesysConversationId?: string;

  @ApiProperty({ enum: SESSION_STATES })
  readonly state: SessionState;

  /** The reason for the end of the session; absent while it lives. */
  @ApiPropertyOptional({ type: String, example: 'requested' })
  readonly endReason?: string;

  /**
   * The platform's own word for the end: frame class or Presence type, error code, HTTP status. Absent while the
   * session lives, and if this service ended it.
   */
  @ApiPropertyOptional({ type: String, maxLength: 64, example: 'SessionExpiredEvent' })
  readonly endCause?: string;

  /** The party or the condition that ended the conversation, once Genesys Cloud has reported it. */
  @ApiPropertyOptional({ enum: ENDED_BY })
  readonly endedBy?: EndedBy;

  /** The disconnect type of the customer, as Genesys Cloud spells it. */
  @ApiPropertyOptional({ type: String, maxLength: 64, example: 'peer' })
  readonly disconnectType?: string;

  /** The party that serves the conversation; absent until Genesys Cloud has reported one. */
  @ApiPropertyOptional({ type: AssignmentResponse })
  readonly assignment?: AssignmentResponse;

  /** The last wrap-up of an agent, which may come after the end. */
  @ApiPropertyOptional({ type: WrapUpResponse })
  readonly wrapUp?: WrapUpResponse;

  @ApiProperty({ type: String, example: 'conversations-messaging' })
  readonly channel: string;

  @ApiProperty({ type: String, example: '3f1c8f0a-5a0e-4a38-9a6e-2f3f5a0b7d11' })
  readonly queueId: string;

  /** The caller that opened the session; absent if it needed no credential. */
  @ApiPropertyOptional({ type: String, maxLength: 255, example: 'billing' })
  readonly caller?: string;

  /** Identifies the guest, to find its sessions and to erase it. */
  @ApiProperty({ type: String, pattern: '^[0-9a-f]{32}$', example: '24759c94cea4ab37f8bf299fa081d7cc' })
  readonly guestRef: string;

  /** Empty once the guest was erased, and in sessions of other callers without the scope `guests.read`. */
  @ApiProperty({ type: String, example: 'Guest' })
  readonly name: string;

  @ApiProperty({ type: String, example: 'en-US' })
  readonly locale: string;

  @ApiProperty({ type: [String], example: ['typing-indicator', 'read-receipts'] })
  readonly capabilities: readonly string[];

  /** In seconds. */
  @ApiProperty({ type: 'integer', example: 1800 })
  readonly durationLimit: number;

  @ApiProperty({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly startedAt: string;

  /** The end by the duration limit, or earlier if Genesys Cloud lets the session expire before that. */
  @ApiProperty({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly expiresAt: string;

  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly endedAt?: string;

  /** True if the guest has logged in. */
  @ApiProperty({ type: Boolean, example: false })
  readonly authenticated: boolean;

  /** Time of the erasure of the guest's name and token; absent while they are stored. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly erasedAt?: string;

  /** The upstream side of an ended session; absent if there is nothing to disconnect. */
  @ApiPropertyOptional({ enum: ['pending', 'confirmed', 'unconfirmed'] })
  readonly disconnect?: 'pending' | 'confirmed' | 'unconfirmed';

  /**
   * The way in which an end by the agent is detected. `read-only`: the session ends. `event`: the session continues,
   * and streams contain an `activity` of type `agent-ended`. `platform`: by agent-side events of the platform.
   * `none`: not at all. Absent once the session has ended, and until the deployment could be read.
   */
  @ApiPropertyOptional({ enum: END_DETECTIONS })
  readonly endDetection?: EndDetection;

  @ApiProperty({ type: HeartbeatResponse })
  readonly heartbeat: HeartbeatResponse;

  /** Grows with every change. */
  @ApiProperty({ type: 'integer', example: 2 })
  readonly version: number;

  constructor({ snapshot }: Session, { heartbeat, endDetection, showsGuestName }: SessionView) {
    this.conversationId = snapshot.conversationId;
    if (snapshot.genesysConversationId !== undefined)
      this.genesysConversationId = snapshot.genesysConversationId;
    this.state = snapshot.state;
    const { assignment, endedBy, disconnectType } = snapshot.platformReport ?? {};
    if (endedBy !== undefined) this.endedBy = endedBy;
    if (disconnectType !== undefined) this.disconnectType = disconnectType;
    if (assignment !== undefined) this.assignment = new AssignmentResponse(assignment);
    if (snapshot.wrapUp !== undefined) this.wrapUp = new WrapUpResponse(snapshot.wrapUp);
    this.channel = snapshot.channel;
    this.queueId = snapshot.queueId;
    if (snapshot.owner !== '') this.caller = snapshot.owner;
    this.guestRef = snapshot.guestRef;
    this.name = showsGuestName ? snapshot.name : '';
    this.locale = snapshot.locale;
    this.capabilities = snapshot.capabilities;
    this.durationLimit = snapshot.durationLimit;
    this.startedAt = toIso(snapshot.startedAt);
    this.expiresAt = toIso(Math.min(snapshot.expiresAt, snapshot.upstreamExpiresAt ?? snapshot.expiresAt));
    if (snapshot.endReason !== null) this.endReason = snapshot.endReason;
    if (snapshot.endCause !== null) this.endCause = snapshot.endCause;
    if (snapshot.endedAt !== null) this.endedAt = toIso(snapshot.endedAt);
    this.authenticated = snapshot.isAuthenticated;
    if (snapshot.erasedAt !== null) this.erasedAt = toIso(snapshot.erasedAt);
    if (snapshot.disconnect !== 'none') this.disconnect = snapshot.disconnect;
    if (endDetection !== undefined) this.endDetection = endDetection;
    const { lastSuccessAt, intervalMs, consecutiveFailures } = heartbeat;
    const success = lastSuccessAt === undefined ? {} : { lastSuccessAt: toIso(lastSuccessAt) };
    this.heartbeat = { intervalMs, ...success, consecutiveFailures };
    this.version = snapshot.version;
  }
}

function toIso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
