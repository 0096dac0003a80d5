import { GuestMessage, MessageContent } from './guest-message';
import { GuestSession } from './guest-session';
import { SessionRegistry } from './session-registry';

const JOIN = [{ eventType: 'Presence', presence: { type: 'Join' } }];
const DISCONNECT = [{ eventType: 'Presence', presence: { type: 'Disconnect' } }];
const SIGN_IN = [{ eventType: 'Presence', presence: { type: 'SignIn' } }];
const CLEAR = [{ eventType: 'Presence', presence: { type: 'Clear' } }];

/**
 * Passes messages from one side of a conversation to the other: stores them first, then sends them to every
 * connection.
 */
export class ConversationHandler {
  constructor(private readonly registry: SessionRegistry) {}

  /** Handles a message of the guest; starts the conversation if there is none. */
  receive(session: GuestSession, content: MessageContent, tracingId?: string): void {
    const hasStarted = this.start(session);
    this.deliver(session, session.compose('Inbound', content), tracingId);
    if (hasStarted) this.greet(session);
  }

  /** Handles a `Join`, which is idempotent: the conversation starts once. */
  join(session: GuestSession, tracingId?: string): void {
    session.joins += 1;
    session.autoStarted = true;
    this.receive(session, { type: 'Event', events: JOIN }, tracingId);
  }

  /** Sends a typing indicator, which is not stored in the history. */
  type(session: GuestSession, events: readonly unknown[], tracingId?: string): void {
    session.broadcast(session.compose('Inbound', { type: 'Event', events }).toFrame(tracingId));
  }

  clear(session: GuestSession, tracingId?: string): void {
    this.deliver(session, session.compose('Inbound', { type: 'Event', events: CLEAR }), tracingId);
  }

  signIn(session: GuestSession, firstName: string, lastName: string): void {
    const content: MessageContent = { type: 'Event', events: SIGN_IN, from: { firstName, lastName } };
    this.deliver(session, session.compose('Inbound', content));
  }

  /** Sends a message of the organisation. */
  say(session: GuestSession, content: MessageContent): GuestMessage {
    this.start(session);
    const message = session.compose('Outbound', content);
    this.deliver(session, message);
    return message;
  }

  /** Sends events of either side. */
  notify(session: GuestSession, events: readonly unknown[], direction: 'Inbound' | 'Outbound'): GuestMessage {
    const message = session.compose(direction, { type: 'Event', events });
    this.deliver(session, message);
    return message;
  }

  /** Ends the conversation as the deployment configures it; returns whether one was open. The session stays live. */
  disconnect(session: GuestSession, as = session.deployment.conversationDisconnect): boolean {
    if (!session.isConversationOpen) return false;
    session.endConversation('client');
    const { enabled, type } = as;
    if (!enabled) return true;
    const isReadOnly = type === 'ReadOnly';
    const content: MessageContent = { type: 'Event', events: DISCONNECT };
    if (isReadOnly) session.lock();
    const metadata = isReadOnly ? { metadata: { readOnly: 'true' } } : {};
    this.deliver(session, session.compose('Outbound', { ...content, ...metadata }));
    return true;
  }

  private start(session: GuestSession): boolean {
    const hasStarted = session.startConversation();
    if (hasStarted) this.registry.addConversation(session);
    return hasStarted;
  }

  private greet(session: GuestSession): void {
    const { greeting } = session.deployment;
    if (greeting !== undefined) this.say(session, { type: 'Text', text: greeting, originatingEntity: 'Bot' });
  }

  private deliver(session: GuestSession, message: GuestMessage, tracingId?: string): void {
    session.keep(message);
    this.registry.addMessage(session, message);
    session.broadcast(message.toFrame(tracingId));
  }
}
