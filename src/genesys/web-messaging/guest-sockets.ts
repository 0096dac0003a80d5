import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { ConversationEvents } from '../../session/ports/conversation-events';
import type { Conversation } from '../../session/ports/guest-channel';
import { GuestCredentials } from '../../session/ports/guest-credentials';
import { SocketEventPublisher } from './conversation/socket-event-publisher';
import { omitUndefined } from '../fields';
import { GuestIdentity } from './login/guest-identity';
import { GuestLogin } from './login/guest-login';
import type { GuestSocket } from './socket/guest-socket';
import { GuestSocketFactory } from './socket/guest-socket-factory';

/**
 * Registry of the guest sockets of this process, one for each conversation that it holds; their events are published as
 * conversation events. At shutdown it closes all sockets, which ends no conversation: the next process resumes them.
 */
@Injectable()
export class GuestSockets implements BeforeApplicationShutdown {
  private readonly sockets = new Map<string, GuestSocket>();
  private isStopping = false;

  constructor(
    private readonly factory: GuestSocketFactory,
    private readonly events: ConversationEvents,
    private readonly credentials: GuestCredentials,
    private readonly login: GuestLogin,
  ) {}

  get size(): number {
    return this.sockets.size;
  }

  /**
   * Creates a socket for a session that does not exist yet, in place of any earlier one. Without a guest token it never
   * connects: the server would take it for another guest, or end the session.
   */
  create({ conversationId, guestToken: token, guestContext: context }: Conversation): GuestSocket {
    this.forget(conversationId);
    const identity = new GuestIdentity(conversationId, this.credentials, this.login);
    const socket = this.factory.create(
      { conversationId, token, identity, ...omitUndefined({ context }) },
      new SocketEventPublisher(conversationId, this.events),
    );
    // During shutdown and without a guest token the socket is over at once, and so it is not registered.
    if (this.isStopping || token === '') socket.leave();
    else this.sockets.set(conversationId, socket);
    return socket;
  }

  /** The socket of an existing session; resumes a session that this process does not hold yet. */
  get(conversation: Conversation): GuestSocket {
    const registered = this.sockets.get(conversation.conversationId);
    if (registered !== undefined) return registered;
    const socket = this.create(conversation);
    socket.resume();
    return socket;
  }

  forget(conversationId: string): void {
    this.sockets.get(conversationId)?.leave();
    this.sockets.delete(conversationId);
  }

  /** Not in an earlier hook: sessions may be ended, over their sockets, while the modules are destroyed. */
  beforeApplicationShutdown(): void {
    this.isStopping = true;
    for (const conversationId of [...this.sockets.keys()]) this.forget(conversationId);
  }
}
