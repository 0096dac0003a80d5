import type { GuestMessage } from '../frames/guest-message';
import type { SocketListener, SocketState } from './socket-listener';
import type { OverReason } from './verdict';

/** Records all calls. */
export class FakeSocketListener implements SocketListener {
  readonly messages: GuestMessage[] = [];
  readonly typing: boolean[] = [];
  readonly expiries: number[] = [];
  readonly warnings: number[] = [];
  readonly states: SocketState[] = [];
  readonly reasons: OverReason[] = [];

  get texts(): readonly (string | undefined)[] {
    return this.messages.map(({ text }) => text);
  }

  onMessage(message: GuestMessage): void {
    this.messages.push(message);
  }

  onTyping(isOn: boolean): void {
    this.typing.push(isOn);
  }

  onExpiry(expiresAt: number): void {
    this.expiries.push(expiresAt);
  }

  onExpiring(expiresAt: number): void {
    this.warnings.push(expiresAt);
  }

  onState(state: SocketState): void {
    this.states.push(state);
  }

  onOver(reason: OverReason): void {
    this.reasons.push(reason);
  }
}
