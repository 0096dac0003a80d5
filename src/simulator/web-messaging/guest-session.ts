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
 * What the platform knows of one guest token: the session that lives, or the last that did, and counts over all of
 * them.
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
  /** Authenticated; a guest it was before stays one no more. */
  user: GuestUser | undefined;
  /** The conversation of the live session, once it has started. */
  conversation: ConversationRecord | undefined;
  readonly messages: GuestMessage[] = [];
  readonly connections = new Set<ServerConnection>();

  /** The participant data of the customer, as custom attributes have told them. */
  attributes: Fields = {};
  /** As the session was configured last. */
  journeyContext: unknown;

  /** Of the newest thousand conversations that were started with this token. */
  readonly conversationIds: string[] = [];
  /** How often a session began under this token. */
  sessions = 0;
  /** Refused ones included. */
  configures = 0;
  joins = 0;
  closeRequests = 0;
  echoes = 0;
  /** Between two echoes on one connection; null before the second. */
  shortestEchoGapMs: number | null = null;
  /** Of the newest ten connections, closed ones included. */
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

  /** Where authentication is enabled without a step-up, an anonymous guest cannot send messages. */
  get lacksUser(): boolean {
    const { enabled, allowSessionUpgrade } = this.deployment.auth;
    return enabled && !allowSessionUpgrade && this.user === undefined;
  }

  get isOverdue(): boolean {
    return this.isLive && this.settings.now() >= this.expiresAt;
  }

  /** Epoch seconds. */
  get expirationDate(): number {
    return Math.floor(this.expiresAt / 1000);
  }

  begin(): void {
    this.endedBy = undefined;
    this.isReadOnly = false;
    this.autoStarted = false;
    this.endConversation();
    this.conversation = undefined;
    this.attributes = {};
    this.messages.length = 0;
    this.sessions += 1;
    this.touch();
  }

  /** A message moves the expiry, an echo does not. */
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

  /** Starts a conversation unless the session has one; says whether it did. A conversation that ended is resumed. */
  startConversation(): boolean {
    this.conversation?.resume();
    if (this.conversation !== undefined) return false;
    this.conversation = new ConversationRecord(this.settings.now());
    this.conversation.attributes = this.attributes;
    this.conversationIds.push(this.conversation.id);
    if (this.conversationIds.length > KEPT_CONVERSATIONS) this.conversationIds.shift();
    return true;
  }

  endConversation(): void {
    this.conversation?.end(this.settings.now());
  }

  /** Makes participant data of the custom attributes of a message or a `Join`. */
  addAttributes(attributes: Fields): void {
    this.attributes = { ...this.attributes, ...attributes };
    if (this.conversation !== undefined) this.conversation.attributes = this.attributes;
  }

  /** Every connection of the guest receives every message. */
  broadcast(frame: ServerFrame): void {
    for (const connection of this.connections) connection.send(frame);
  }

  /** No two messages of a guest have the same time, because guests order by it and tell repeats by it. */
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

  /** Tells every connection with this frame; the sockets stay. Only the first end counts. */
  end(by: SessionEnd, frame: ServerFrame): void {
    if (!this.isLive) return;
    this.endedBy = by;
    this.endConversation();
    this.broadcast(frame);
  }

  /** Says goodbye to the connections, all or all but one, and closes them. */
  closeConnections(reason?: string, except?: ServerConnection): void {
    for (const connection of [...this.connections]) {
      if (connection !== except) this.closeConnection(connection, reason);
    }
  }

  /** Closes them without a word. */
  dropConnections(): void {
    for (const connection of [...this.connections]) {
      this.detach(connection);
      connection.close();
    }
  }

  /** Lets the oldest go when there are more than so many. */
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

  /** Without the frames, which the logs have. */
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
