import type { ServerFrame } from '../frames/server-frame';
import type { LineEnding, LineListener } from './guest-line';

/** Keeps what it hears of a line. */
export class FakeLineListener implements LineListener {
  readonly frames: ServerFrame[] = [];
  readonly endings: LineEnding[] = [];

  onFrame(frame: ServerFrame): void {
    this.frames.push(frame);
  }

  onEnded(ending: LineEnding): void {
    this.endings.push(ending);
  }
}
