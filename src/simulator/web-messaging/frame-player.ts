import { TimerSet } from '../server/timer-set';
import { isFields } from './guest-request';
import { ServerFrame } from './server-frame';
import { FrameFault } from './socket-fault';
import { SocketFaultRegistry, SocketFaultSubject } from './socket-fault-registry';

const HUGE_BYTES = 10 * 1024 * 1024;
const GARBAGE = '<html>this is not a frame</html>';

/** Sends data, and logs the frame that it stands for. */
export type FrameWriter = (data: string | Buffer, frame: unknown) => void;

/** Sends the frames of one connection in order and intact unless a fault applies. */
export class FramePlayer {
  private held: ServerFrame | undefined;

  constructor(
    private readonly faults: SocketFaultRegistry,
    private readonly timers: TimerSet,
    private readonly outlet: FrameWriter,
  ) {}

  play(frame: ServerFrame, subject: Omit<SocketFaultSubject, 'text' | 'class' | 'action'>): void {
    const fault = this.faults.takeForFrame({
      ...subject,
      class: frame.class,
      text: () => JSON.stringify(frame),
    });
    if (fault === undefined) this.put(frame);
    else this.spoil(frame, fault);
    if (fault?.kind !== 'reorder') this.release();
  }

  private spoil(frame: ServerFrame, fault: FrameFault): void {
    switch (fault.kind) {
      case 'drop':
        return;
      case 'delay':
        this.timers.after(fault.ms, () => {
          this.put(frame);
        });
        return;
      case 'reorder':
        this.release();
        this.held = frame;
        return;
      case 'duplicate':
        this.put(frame);
        this.put(frame);
        return;
      case 'alter':
        this.put(altered(frame, fault));
        return;
      case 'binary':
        this.outlet(Buffer.from(JSON.stringify(frame)), frame);
        return;
      case 'garbage':
        this.outlet(GARBAGE, GARBAGE);
        this.put(frame);
        return;
      case 'huge':
        this.outlet(hugeFrame(fault.bytes ?? HUGE_BYTES), 'a huge frame');
        this.put(frame);
    }
  }

  private release(): void {
    const frame = this.held;
    this.held = undefined;
    if (frame !== undefined) this.put(frame);
  }

  private put(frame: ServerFrame): void {
    this.outlet(JSON.stringify(frame), frame);
  }
}

type Altering = Extract<FrameFault, { kind: 'alter' }>;

function altered(frame: ServerFrame, { frame: around, body, without = [] }: Altering): ServerFrame {
  const changed = isFields(frame.body)
    ? Object.fromEntries(Object.entries({ ...frame.body, ...body }).filter(([key]) => !without.includes(key)))
    : frame.body;
  return { ...frame, body: changed, ...around };
}

/** A useless message of exactly this many bytes, if its envelope fits into them. */
function hugeFrame(bytes: number): string {
  const envelope = JSON.stringify({ type: 'message', class: 'Unknown', code: 200, body: '' });
  return envelope.replace('""', `"${'a'.repeat(Math.max(0, bytes - envelope.length))}"`);
}
