import type { GuestMessage } from '../frames/guest-message';
import type { OverReason, SocketListener, SocketState } from './socket-listener';

/** An owner whose troubles stay its own. */
export class SafeSocketListener implements SocketListener {
  constructor(
    private readonly owner: SocketListener,
    private readonly onTrouble: (error: unknown) => void,
  ) {}

  onMessage(message: GuestMessage): void {
    this.guard(() => {
      this.owner.onMessage(message);
    });
  }

  onTyping(isOn: boolean, durationMs?: number): void {
    this.guard(() => {
      this.owner.onTyping(isOn, durationMs);
    });
  }

  onExpiry(expiresAt: number): void {
    this.guard(() => {
      this.owner.onExpiry(expiresAt);
    });
  }

  onExpiring(expiresAt: number): void {
    this.guard(() => {
      this.owner.onExpiring(expiresAt);
    });
  }

  onState(state: SocketState): void {
    this.guard(() => {
      this.owner.onState(state);
    });
  }

  onOver(reason: OverReason): void {
    this.guard(() => {
      this.owner.onOver(reason);
    });
  }

  private guard(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.onTrouble(error);
    }
  }
}
