import type { DisconnectType } from '../open-messaging/disconnect-type';
import { RateWindow } from '../genesys/rate-window';
import { ConnectionLog } from './connection-log';
import { ConversationRecord } from './conversation-record';
import { Deployment } from './deployment';
import { ServerConnection } from './server-connection';
import { GuestMessage, MessageContent } from './guest-message';
import { Fields } from './guest-request';
import { event, ServerFrame } from './server-frame';
import { WebMessagingSettings } from './web-messaging-options';

export type SessionEnd = 'expired' | 'cleared' | 'logged-out' | 'replaced';

export interface GuestUser {
  readonly id: string;
  readonly firstName: string;
  readonly lastName: string;
}

const KEPT_MESSAGES = 1_000;
const KEPT_CONVERSATIONS = 1_000;
const KEPT_LOGS = 10;

/**
 * The platform's record of one guest token: the live session or the last one, and counts over all of them.
 *
 *   begin() ──▶ live ── lock() ──▶ live and read-only
 *      ▲          └──── end(…) ───▶ ended
 *      └──────────────────────────────┘
 *
 * The conversation starts with the first message or `Join`, not with the session.
 */
export class GuestSession {
  endedBy: SessionEnd | undefined;
  isReadOnly = false;
  autoStarted = false;
  /** The authenticated user; undefined while the guest is anonymous. */
  user: GuestUser | undefined;
  /** The conversation of the live session, once it has started. */
  conversation: ConversationRecord | undefined;
  readonly messages: GuestMessage[] = [];
  readonly connections = new Set<ServerConnection>();

  /** The customer's participant data, as set by custom attributes. */
  attributes: Fields = {};
  /** The journey context of the latest configure. */
  journeyContext: unknown;

  /** Ids of the newest thousand conversations of this token. */
  readonly conversationIds: string[] = [];
  /** Number of sessions that were started with this token. */
  sessions = 0;
  /** Number of configure requests, refused ones included. */
  configures = 0;
  joins = 0;
  closeRequests = 0;
  echoes = 0;
  /** Time between the last two echoes on one connection; null before the second. */
  shortestEchoGapMs: number | null = null;
  /** Logs of the newest ten connections, closed ones included. */
  readonly logs: ConnectionLog[] = [];

  readonly configureWindow: RateWindow;
  readonly messageWindow: RateWindow;
  readonly historyWindow: RateWindow;
  expiresAt = 0;
  private lastMessageAt = 0;

  constructor(
    readonly token: string,
    readonly deployment: Deployment,
    private readonly settings: WebMessagingSettings,
  ) {
    const { secondMs, minuteMs } = settings.limits;
    this.configureWindow = new RateWindow(minuteMs);
    this.messageWindow = new RateWindow(secondMs);
    this.historyWindow = new RateWindow(minuteMs);
  }

  get conversationId(): string | undefined {
    return this.conversation?.id;
  }

  get isConversationOpen(): boolean {
    return this.conversation?.isOpen === true;
  }

  get isLive(): boolean {
    return this.sessions > 0 && this.endedBy === undefined;
  }

  /** True for an anonymous guest where authentication is enabled without a step-up: it cannot send messages. */
  get lacksUser(): boolean {
    const { enabled, allowSessionUpgrade } = this.deployment.auth;
    return enabled && !allowSessionUpgrade && this.user === undefined;
  }

  get isOverdue(): boolean {
    return this.isLive && this.settings.now() >= this.expiresAt;
  }

  /** Time of the expiry, in epoch seconds. */
  get expirationDate(): number {
    return Math.floor(this.expiresAt / 1000);
  }

  begin(): void {
    this.endedBy = undefined;
    this.isReadOnly = false;
    this.autoStarted = false;
    this.endConversation('endpoint');
    this.conversation = undefined;
    this.attributes = {};
    this.messages.length = 0;
    this.sessions += 1;
    this.touch();
  }

  /** Extends the expiry: a message does so, an echo does not. */
  touch(): void {
    this.expiresAt = this.settings.now() + this.deployment.sessionDurationSeconds * 1000;
  }

  attach(connection: ServerConnection): void {
    connection.guest = this;
    if (this.connections.has(connection)) return;
    this.connections.add(connection);
    if (this.logs.includes(connection.log)) return;
    this.logs.push(connection.log);
    if (this.logs.length > KEPT_LOGS) this.logs.shift();
  }

  detach(connection: ServerConnection): void {
    if (this.connections.delete(connection)) connection.guest = undefined;
  }

  /** Starts a conversation unless the session has one; returns whether it did. An ended conversation is resumed. */
  startConversation(): boolean {
    this.conversation?.resume();
    if (this.conversation !== undefined) return false;
    this.conversation = new ConversationRecord(this.settings.now(), this.deployment.queueId);
    this.conversation.attributes = this.attributes;
    this.conversationIds.push(this.conversation.id);
    if (this.conversationIds.length > KEPT_CONVERSATIONS) this.conversationIds.shift();
    return true;
  }

  endConversation(type: DisconnectType): void {
    this.conversation?.end(this.settings.now(), type);
  }

  /** Copies the custom attributes of a message or a `Join` into the participant data. */
  addAttributes(attributes: Fields): void {
    this.attributes = { ...this.attributes, ...attributes };
    if (this.conversation !== undefined) this.conversation.attributes = this.attributes;
  }

  /** Sends a frame to every connection of the guest. */
  broadcast(frame: ServerFrame): void {
    for (const connection of this.connections) connection.send(frame);
  }

  /** Returns a unique, growing time, because guests order messages by it and recognize repeats by it. */
  compose(direction: GuestMessage['direction'], content: MessageContent): GuestMessage {
    this.lastMessageAt = Math.max(this.settings.now(), this.lastMessageAt + 1);
    return new GuestMessage(direction, content, this.lastMessageAt);
  }

  keep(message: GuestMessage): void {
    this.messages.push(message);
    this.conversation?.add(message);
    if (this.messages.length > KEPT_MESSAGES) this.messages.shift();
    this.touch();
  }

  lock(): void {
    this.isReadOnly = true;
  }

  /** Ends the session and sends this frame to every connection; the sockets stay open. Only the first end counts. */
  end(by: SessionEnd, frame: ServerFrame): void {
    if (!this.isLive) return;
    this.endedBy = by;
    this.endConversation(by === 'expired' ? 'session.expired' : 'endpoint');
    this.broadcast(frame);
  }

  /** Sends a closing frame to all connections, or to all but one, and closes them. */
  closeConnections(reason?: string, except?: ServerConnection): void {
    for (const connection of [...this.connections]) {
      if (connection !== except) this.closeConnection(connection, reason);
    }
  }

  /** Closes the connections without a closing frame. */
  dropConnections(): void {
    for (const connection of [...this.connections]) {
      this.detach(connection);
      connection.close();
    }
  }

  /** Closes the oldest connections beyond the limit. */
  keepConnections(most: number): void {
    for (const oldest of [...this.connections].slice(0, Math.max(0, this.connections.size - most))) {
      this.closeConnection(oldest);
    }
  }

  private closeConnection(connection: ServerConnection, reason?: string): void {
    connection.send(
      event('ConnectionClosedEvent', reason === undefined ? {} : { reason, reasonCode: reason }),
    );
    this.detach(connection);
    connection.close();
  }

  countEcho(connection: ServerConnection): void {
    const now = this.settings.now();
    const last = connection.log.echoTimes.at(-1);
    this.echoes += 1;
    if (last !== undefined) this.shortestEchoGapMs = Math.min(this.shortestEchoGapMs ?? Infinity, now - last);
    connection.log.echo(now);
  }

  /** The session as JSON, without the frames, which the logs have. */
  toSummary(): Readonly<Record<string, unknown>> {
    const { token, endedBy, isReadOnly, conversationId, conversationIds, sessions, configures } = this;
    const { joins, closeRequests, echoes, shortestEchoGapMs, expirationDate, user } = this;
    return {
      token,
      deploymentId: this.deployment.id,
      state: endedBy ?? (isReadOnly ? 'read-only' : 'live'),
      conversationId: conversationId ?? null,
      conversationIds,
      user: user ?? null,
      connections: this.connections.size,
      messages: this.messages.length,
      sessions,
      configures,
      joins,
      closeRequests,
      echoes,
      shortestEchoGapMs,
      expirationDate,
    };
  }
}
