import { randomUUID } from 'node:crypto';
import {
  isoOf,
  MessageView,
  ParticipantView,
  SessionView,
  wrapupOf,
  WrapupView,
} from '../genesys/conversation-view';
import { DisconnectType, restSpelling } from './disconnect-type';

export type Purpose = 'customer' | 'workflow' | 'acd' | 'agent' | 'api';

export interface ParticipantOptions {
  readonly purpose: Purpose;
  readonly name?: string | undefined;
  /** The guest's id, which only the customer has. */
  readonly address?: string;
  readonly userId?: string;
  readonly queueId?: string | undefined;
}

type Session = { -readonly [Key in keyof SessionView]: SessionView[Key] };

const KEPT_MESSAGES = 1_000;
const KEPT_SESSIONS = 100;

/**
 * A participant of an Open Messaging conversation.
 *
 *   begin('alerting') ── answer() ──▶ connected ── end(type) ──▶ disconnected ── begin(…) ──▶ …
 *
 * An agent that was connected has after-call work from its end until `wrapUp`.
 */
export class OpenParticipant implements ParticipantView {
  readonly id = randomUUID();
  readonly purpose: Purpose;
  readonly address: string | undefined;
  readonly userId: string | undefined;
  readonly queueId: string | undefined;
  name: string | undefined;
  attributes: Readonly<Record<string, unknown>> = {};
  readonly sessions: Session[] = [];
  wrapup: WrapupView | undefined;
  acwStartedAt: number | undefined;
  readonly messages: MessageView[] = [];

  constructor({ purpose, name, address, userId, queueId }: ParticipantOptions) {
    this.purpose = purpose;
    this.name = name;
    this.address = address;
    this.userId = userId;
    this.queueId = queueId;
  }

  get session(): SessionView | undefined {
    return this.sessions.at(-1);
  }

  get state(): 'alerting' | 'connected' | 'disconnected' {
    const { session } = this;
    if (session === undefined || session.endedAt !== undefined) return 'disconnected';
    return session.connectedAt === undefined ? 'alerting' : 'connected';
  }

  get hasAfterCallWork(): boolean {
    return this.acwStartedAt !== undefined && this.wrapup === undefined;
  }

  begin(state: 'alerting' | 'connected', at: number): void {
    const connectedAt = state === 'connected' ? at : undefined;
    const times = { startedAt: at, connectedAt, endedAt: undefined, disconnectType: undefined };
    this.sessions.push({ id: randomUUID(), ...times });
    if (this.sessions.length > KEPT_SESSIONS) this.sessions.shift();
  }

  answer(at: number): void {
    const session = this.sessions.at(-1);
    if (session !== undefined && this.state === 'alerting') session.connectedAt = at;
  }

  /** Idempotent: only the first end of a session counts. */
  end(type: DisconnectType, at: number): void {
    const session = this.sessions.at(-1);
    if (session === undefined || this.state === 'disconnected') return;
    if (this.purpose === 'agent' && session.connectedAt !== undefined) this.acwStartedAt = at;
    session.endedAt = at;
    session.disconnectType = type;
  }

  wrapUp(wrapup: Omit<WrapupView, 'durationSeconds' | 'endedAt'>, at: number): void {
    const durationSeconds = Math.round((at - (this.acwStartedAt ?? at)) / 1000);
    this.wrapup = { ...wrapup, durationSeconds, endedAt: at };
  }

  add(entry: MessageView): void {
    this.messages.push(entry);
    if (this.messages.length > KEPT_MESSAGES) this.messages.shift();
  }

  /** The JSON of the API of message conversations. */
  toResource(conversationUri: string): unknown {
    const { id, name, purpose, state, attributes, address, userId, queueId, session, messages } = this;
    return {
      id,
      ...(name === undefined ? {} : { name }),
      ...(address === undefined ? {} : { address }),
      purpose,
      state,
      direction: 'inbound',
      type: 'open',
      held: false,
      ...timesOf(session),
      ...(userId === undefined ? {} : { user: { id: userId } }),
      ...(queueId === undefined ? {} : { queue: { id: queueId } }),
      attributes,
      ...this.afterCallWork(),
      messages: messages.map(({ type, ...entry }) => ({
        ...entry,
        messageURI: `${conversationUri}/messages/${entry.messageId}`,
        messageSegmentCount: 1,
        messageMetadata: { type, events: [], content: [] },
      })),
    };
  }

  private afterCallWork(): object {
    const { acwStartedAt, wrapup } = this;
    if (this.purpose !== 'agent') return { wrapupRequired: false };
    return {
      wrapupRequired: true,
      ...(acwStartedAt === undefined ? {} : { startAcwTime: isoOf(acwStartedAt) }),
      ...(wrapup === undefined ? {} : { endAcwTime: isoOf(wrapup.endedAt), wrapup: wrapupOf(wrapup) }),
    };
  }
}

function timesOf(session: SessionView | undefined): object {
  if (session === undefined) return {};
  const { startedAt, connectedAt, endedAt, disconnectType } = session;
  return {
    startTime: isoOf(startedAt),
    ...(connectedAt === undefined ? {} : { connectedTime: isoOf(connectedAt) }),
    ...(endedAt === undefined ? {} : { endTime: isoOf(endedAt) }),
    ...(disconnectType === undefined ? {} : { disconnectType: restSpelling(disconnectType) }),
  };
}
