import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { WebMessagingConfig } from '../../config/web-messaging.config';
import type { Conversation } from '../../session/ports/guest-channel';
import { known } from './frames/fields';
import { GuestConnectionFactory } from './connection/guest-connection-factory';
import type { GuestIdentity } from './login/guest-identity';
import { ConnectRateLimiter } from './pacing/connect-rate-limiter';
import { MessagingDependencies } from './socket/messaging-dependencies';
import { GuestSocket } from './socket/guest-socket';
import type { SocketListener } from './socket/socket-listener';
import { NullSocketListener } from './socket/null-socket-listener';
import { WebMessagingTelemetry } from './web-messaging.telemetry';

/**
 * The guest sockets of this process, one for each conversation that it holds. At the end of the process they hang up,
 * which ends no conversation: the next process goes on with them.
 */
@Injectable()
export class GuestSockets implements BeforeApplicationShutdown {
  private readonly sockets = new Map<string, GuestSocket>();
  private isStopping = false;
  private ownerOf: (conversationId: string) => SocketListener = () => new NullSocketListener();

  private identityOf: (conversationId: string) => GuestIdentity | undefined = () => undefined;

  constructor(
    private readonly lines: GuestConnectionFactory,
    private readonly pacer: ConnectRateLimiter,
    private readonly conversing: MessagingDependencies,
    private readonly telemetry: WebMessagingTelemetry,
    private readonly config: WebMessagingConfig,
  ) {}

  get size(): number {
    return this.sockets.size;
  }

  /** Who hears of the sockets that are made from here on. */
  follow(ownerOf: (conversationId: string) => SocketListener): void {
    this.ownerOf = ownerOf;
  }

  /** Who knows the guests of the sockets that are made from here on. */
  identifyBy(identityOf: (conversationId: string) => GuestIdentity): void {
    this.identityOf = identityOf;
  }

  /**
   * A socket for a session that does not exist yet, in place of any earlier one. Without a guest token it never connects:
   * the server would take it for another guest, or end the session.
   */
  make({ conversationId, guestToken: token, guestContext: context }: Conversation): GuestSocket {
    this.forget(conversationId);
    const { lines, pacer, conversing, telemetry } = this;
    const socket = new GuestSocket(
      {
        conversationId,
        token,
        deploymentId: this.config.deploymentId,
        ...known({ identity: this.identityOf(conversationId), context }),
      },
      { lines, pacer, conversing, telemetry, expiryWarningMs: this.config.expiryWarningMs },
      this.ownerOf(conversationId),
    );
    // Never registered, since it is over at once: while the process stops, and without a guest token.
    if (this.isStopping || token === '') socket.leave();
    else this.sockets.set(conversationId, socket);
    return socket;
  }

  /** The socket of a session that exists. One that this process does not hold yet is resumed. */
  of(conversation: Conversation): GuestSocket {
    const held = this.sockets.get(conversation.conversationId);
    if (held !== undefined) return held;
    const socket = this.make(conversation);
    socket.resume();
    return socket;
  }

  forget(conversationId: string): void {
    this.sockets.get(conversationId)?.leave();
    this.sockets.delete(conversationId);
  }

  /** Not sooner: sessions may be ended, over their sockets, as the modules are destroyed. */
  beforeApplicationShutdown(): void {
    this.isStopping = true;
    for (const conversationId of [...this.sockets.keys()]) this.forget(conversationId);
  }
}
