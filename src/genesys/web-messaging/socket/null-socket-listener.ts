import type { SocketListener } from './socket-listener';

/** For sockets whose messages nobody wants. */
export class NullSocketListener implements SocketListener {
  onMessage(): void {
    return undefined;
  }

  onTyping(): void {
    return undefined;
  }

  onExpiry(): void {
    return undefined;
  }

  onExpiring(): void {
    return undefined;
  }

  onState(): void {
    return undefined;
  }

  onOver(): void {
    return undefined;
  }
}
