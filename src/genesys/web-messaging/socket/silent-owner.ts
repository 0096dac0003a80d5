import type { SocketOwner } from './socket-owner';

/** For sockets whose messages nobody wants. */
export class SilentOwner implements SocketOwner {
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
