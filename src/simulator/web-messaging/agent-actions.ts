import { randomUUID } from 'node:crypto';
import { ConversationHandler } from './conversation-handler';
import { Deployment } from './deployment';
import { ServerConnection } from './server-connection';
import { GuestIdentities } from './guest-identities';
import { GuestMessage, MessageContent, Sender } from './guest-message';
import { asFields } from './guest-request';
import { GuestSession } from './guest-session';
import { event, response } from './server-frame';
import { SessionRegistry } from './session-registry';
import { exampleOf, OfferedContent } from './structured-content';

export interface AgentMessage {
  readonly text?: string;
  /** Content parts as in the contract: attachments, quick replies, cards and the like. */
  readonly content?: readonly unknown[];
  /** Default: 'Structured' with content other than attachments, else 'Text'. */
  readonly type?: 'Text' | 'Structured';
  /** Default: a human agent. */
  readonly by?: 'Human' | 'Bot';
  readonly from?: Sender;
}

/** The guest's token, or the id of its conversation. */
export type Guest = string;

const AGENT: Sender = { nickname: 'Agent', firstName: 'Ada', lastName: 'Agent', image: '' };
const TYPING_MS = 5_000;

/**
 * Acts of the organisation and of a guest's other devices: agents, flows, other logins. Each act is immediate and
 * returns whether there was a live session for it.
 */
export class AgentActions {
  constructor(
    private readonly registry: SessionRegistry,
    private readonly conversations: ConversationHandler,
    private readonly identities: GuestIdentities,
  ) {}

  /** Returns the message with the id that the guest sees; undefined when the conversation has no live session. */
  say(guest: Guest, saying: AgentMessage | string): GuestMessage | undefined {
    const session = this.findLive(guest);
    const content = contentOf(typeof saying === 'string' ? { text: saying } : saying);
    return session === undefined || session.isReadOnly ? undefined : this.conversations.say(session, content);
  }

  /** Sends an example of structured content. */
  offer(guest: Guest, contentType: OfferedContent, text?: string): GuestMessage | undefined {
    return this.say(guest, { content: exampleOf(contentType), ...(text === undefined ? {} : { text }) });
  }

  /** Sends a typing indicator if the deployment enables it. */
  type(guest: Guest, type: 'On' | 'Off' = 'On'): boolean {
    const session = this.findLive(guest);
    if (session?.deployment.showAgentTypingIndicator !== true) return false;
    const typing = type === 'On' ? { type, duration: TYPING_MS } : { type };
    const events = [{ eventType: 'Typing', typing }];
    const content: MessageContent = { type: 'Event', events, metadata: { correlationId: randomUUID() } };
    session.broadcast(session.compose('Outbound', content).toFrame());
    return true;
  }

  /**
   * Sends any events in one frame, as in the contract: offers of a shared screen, reactions and the like. `Inbound`:
   * as another device of the guest would. They are kept in the history.
   */
  notify(
    guest: Guest,
    events: readonly unknown[],
    direction: 'Inbound' | 'Outbound' = 'Outbound',
  ): GuestMessage | undefined {
    const session = this.findLive(guest);
    return session === undefined ? undefined : this.conversations.notify(session, events, direction);
  }

  /**
   * Ends the conversation: read-only, writable or without any event, as the deployment or `override` configures it.
   */
  disconnect(guest: Guest, as?: Deployment['conversationDisconnect']): boolean {
    const session = this.findLive(guest);
    return session !== undefined && this.conversations.disconnect(session, as);
  }

  /** Clears the conversation as another device of the guest would. */
  clear(guest: Guest): boolean {
    const session = this.findLive(guest);
    session?.end('cleared', event('SessionClearedEvent', {}));
    session?.closeConnections();
    return session !== undefined;
  }

  expire(guest: Guest): boolean {
    const session = this.findLive(guest);
    session?.end('expired', response('SessionExpiredEvent', {}));
    return session !== undefined;
  }

  /** Signs the guest in on another device: its connections here are closed, and its token is no longer anonymous. */
  signInElsewhere(guest: Guest): boolean {
    const session = this.findLive(guest);
    if (session === undefined) return false;
    session.user ??= { id: randomUUID(), firstName: 'Jane', lastName: 'Doe' };
    session.closeConnections('signedIn');
    return true;
  }

  /** Logs the guest out; the sockets stay open. */
  logOut(guest: Guest): boolean {
    const session = this.findLive(guest);
    if (session === undefined) return false;
    if (session.user !== undefined) this.identities.revoke(session.user);
    session.end('logged-out', event('LogoutEvent', {}));
    return true;
  }

  /** Closes the guest's sockets with this code; 1006, the default, breaks them. Returns their number. */
  cut(guest: Guest, code = 1006, reason = ''): number {
    return this.onConnections(guest, (connection) => {
      connection.close(code, reason);
    });
  }

  /** Makes the guest's sockets silent: they stay open and answer nothing. Returns their number. */
  silence(guest: Guest): number {
    return this.onConnections(guest, (connection) => {
      connection.isSilent = true;
    });
  }

  /** Sends any data: text as a text frame, bytes as a binary frame. Returns the number of sockets. */
  sendRaw(guest: Guest, data: string | Buffer): number {
    return this.onConnections(guest, (connection) => {
      connection.write(data);
    });
  }

  /** Sends any bytes in a text frame. Returns the number of sockets. */
  sendBytesAsText(guest: Guest, bytes: Buffer): number {
    return this.onConnections(guest, (connection) => {
      connection.write(bytes, { isText: true });
    });
  }

  find(guest: Guest): GuestSession | undefined {
    return this.registry.find(guest) ?? this.registry.findByConversation(guest);
  }

  private findLive(guest: Guest): GuestSession | undefined {
    const session = this.find(guest);
    return session?.isLive === true ? session : undefined;
  }

  private onConnections(guest: Guest, act: (connection: ServerConnection) => void): number {
    const connections = [...(this.find(guest)?.connections ?? [])];
    for (const connection of connections) act(connection);
    return connections.length;
  }
}

function contentOf({ text, content, type, by = 'Human', from }: AgentMessage): MessageContent {
  const isStructured = content?.some((one) => asFields(one)['contentType'] !== 'Attachment') ?? false;
  return {
    type: type ?? (isStructured ? 'Structured' : 'Text'),
    ...(text === undefined ? {} : { text }),
    ...(content === undefined ? {} : { content }),
    originatingEntity: by,
    from: from ?? (by === 'Human' ? AGENT : {}),
    metadata: { correlationId: randomUUID() },
  };
}
