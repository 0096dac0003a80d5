import { v4 as uuid } from 'uuid';
import type { RequestChannel } from '../connection/request-channel';
import type { ClientFrame, ClientFrames } from '../frames/client-frame';
import { attributesBytes, MAX_ATTRIBUTES_BYTES } from '../frames/size-limits';
import { SESSION_ATTRIBUTE } from '../../platform-events/snapshot-intake';
import type { GuestMessage } from '../frames/guest-message';
import type { SessionFacts } from '../frames/server-frame';

type Attributes = Readonly<Record<string, string>>;

/**
 * Starts a conversation: sends the custom attributes of the opening and our id of the conversation, and the Join of a
 * deployment with auto-start.
 *
 * Every frame that can carry the attributes carries them until one has arrived; Genesys Cloud stores them as participant
 * data, so that a repeat is idempotent. The Join is sent once: one that was sent over a connection that then broke is sent
 * again only when the history is empty. Our id, by which scripts of agents and events find the session, is left out where the
 * attributes leave no room for it.
 *
 *   none    requestJoin ──▶ wanted ── Join ──▶ sent ── a message ──▶ done
 */
export class ConversationStart {
  private join: 'none' | 'wanted' | 'sent' | 'done' = 'none';
  private isIdentified = false;

  constructor(
    private readonly conversationId: string,
    private readonly frames: ClientFrames,
    private pendingAttributes: Attributes | undefined,
    private readonly send: (channel: RequestChannel, frame: ClientFrame) => void,
  ) {}

  get hasPendingAttributes(): boolean {
    return this.pendingAttributes !== undefined;
  }

  /** The attributes for a message: those of the opening as long as they are pending, overridden by its own. */
  attributesWith(own?: Attributes): Attributes | undefined {
    const attributes = this.pendingAttributes === undefined ? own : { ...this.pendingAttributes, ...own };
    if (this.isIdentified) return attributes;
    const identified = { ...attributes, [SESSION_ATTRIBUTE]: this.conversationId };
    return attributesBytes(identified) > MAX_ATTRIBUTES_BYTES ? attributes : identified;
  }

  /** A frame with the attributes has arrived in the conversation. */
  attributesArrived(): void {
    this.pendingAttributes = undefined;
    this.isIdentified = true;
  }

  requestJoin(): void {
    this.join = 'wanted';
  }

  /** The conversation has started: there is a message, or the server has started it by itself. */
  started(): void {
    if (this.join !== 'none') this.join = 'done';
  }

  /** An earlier process may have started the conversation of an existing session: then the history decides. */
  onLive(channel: RequestChannel, { newSession, autoStarted }: SessionFacts): void {
    if (autoStarted) this.started();
    if (this.join !== 'wanted') return;
    if (newSession) this.sendJoin(channel);
    else this.join = 'sent';
  }

  /** `isEmpty` when the history of the conversation holds no message. */
  onHistory(channel: RequestChannel, isEmpty: boolean): void {
    if (this.join !== 'sent') return;
    if (isEmpty) this.sendJoin(channel);
    else this.join = 'done';
  }

  /** Every message of the guest carries the attributes, and so does its Join. */
  onMessage({ direction, type, events }: GuestMessage): void {
    if (direction !== 'Inbound') return;
    const isJoin = events.some((event) => event.kind === 'presence' && event.presence === 'Join');
    if (type !== 'Event' || isJoin) this.attributesArrived();
  }

  private sendJoin(channel: RequestChannel): void {
    this.send(channel, this.frames.join(uuid(), this.attributesWith()));
    this.join = 'sent';
  }
}
