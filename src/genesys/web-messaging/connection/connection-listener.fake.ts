import type { ServerFrame } from '../frames/server-frame';
import type { ConnectionEnd, ConnectionListener } from './guest-connection';

/** Records the frames and the end of a connection. */
export class FakeConnectionListener implements ConnectionListener {
  readonly frames: ServerFrame[] = [];
  readonly endings: ConnectionEnd[] = [];

  onFrame(frame: ServerFrame): void {
    this.frames.push(frame);
  }

  onEnded(end: ConnectionEnd): void {
    this.endings.push(end);
  }
}
