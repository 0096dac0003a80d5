import type { ServerFrame } from '../frames/server-frame';
import type { ConnectionEnd, ConnectionListener } from './guest-connection';

/** Keeps what it hears of a line. */
export class FakeConnectionListener implements ConnectionListener {
  readonly frames: ServerFrame[] = [];
  readonly endings: ConnectionEnd[] = [];

  onFrame(frame: ServerFrame): void {
    this.frames.push(frame);
  }

  onEnded(ending: ConnectionEnd): void {
    this.endings.push(ending);
  }
}
