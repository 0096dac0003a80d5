import { type Debugger, type InspectorNotification, Session } from 'node:inspector';
import type { BlockReport } from './domain/block-report';
import { type StackFrame, StackSamples } from './domain/stack-samples';

/** JavaScript serves a request within less: a main thread that takes longer is inside native code. */
const NATIVE_MS = 250;

/** The main thread during one block: what it ran, and its stacks. */
export type Taken = Pick<BlockReport, 'reason' | 'stackDelayMs' | 'stack'>;

/**
 * Samples the stack of the main thread from the watchdog thread, by the inspector of Node.
 *
 * The main thread serves an inspector only while it runs JavaScript or its loop turns, so that the answer to a first
 * request without effect tells when it does. The debugger is enabled for one block alone, if stacks are wanted. A pause
 * ends with its first message, and at the latest with this thread: the end of a session resumes the main thread. A stack
 * that comes after the block has ended is dropped, because it is not the block's.
 */
export class MainThreadStack {
  private session: Session | undefined;
  private samples = new StackSamples();
  private openedAt = 0;
  private answeredAt: number | undefined;
  private isEnabled = false;
  private isPausing = false;

  constructor(private readonly now: () => number) {}

  get isOpen(): boolean {
    return this.session !== undefined;
  }

  /** Begins with a block; `isBlocked` tells whether it lasts. */
  open(isBlocked: () => boolean, wantsStacks: boolean): void {
    this.samples = new StackSamples();
    this.openedAt = this.now();
    this.answeredAt = undefined;
    const session = new Session();
    this.session = session;
    session.connectToMainThread();
    session.post('Schema.getDomains', () => {
      if (this.session === session && isBlocked()) this.answeredAt = this.now();
    });
    // All requests at once: a main thread that comes out of native code serves them before its next line.
    if (wantsStacks) this.enable(session, isBlocked);
  }

  /** Requests another stack, unless one is awaited. */
  sample(): void {
    if (this.session === undefined || !this.isEnabled || this.isPausing) return;
    this.isPausing = true;
    this.session.post('Debugger.pause');
  }

  /** Ends the session, and with it a pause. */
  close(): Taken {
    this.session?.disconnect();
    this.session = undefined;
    this.isEnabled = false;
    this.isPausing = false;
    const stackDelayMs = Math.round((this.answeredAt ?? this.now()) - this.openedAt);
    const isAnswered = this.answeredAt !== undefined;
    const reason = stackDelayMs > NATIVE_MS ? 'native-code' : isAnswered ? 'javascript' : 'unknown';
    return { reason, stackDelayMs, stack: this.samples.toString() };
  }

  private enable(session: Session, isBlocked: () => boolean): void {
    const urls = new Map<string, string>();
    session.on(
      'Debugger.scriptParsed',
      ({ params }: InspectorNotification<Debugger.ScriptParsedEventDataType>) => {
        urls.set(params.scriptId, params.url);
      },
    );
    session.on('Debugger.paused', ({ params }: InspectorNotification<Debugger.PausedEventDataType>) => {
      session.post('Debugger.resume');
      this.isPausing = false;
      if (isBlocked()) this.samples.add(params.callFrames.map((frame) => frameOf(frame, urls)));
    });
    session.post('Debugger.enable');
    this.isEnabled = true;
    this.sample();
  }
}

function frameOf(
  { functionName, location }: Debugger.CallFrame,
  urls: ReadonlyMap<string, string>,
): StackFrame {
  return {
    name: functionName,
    url: urls.get(location.scriptId) ?? '',
    line: location.lineNumber + 1,
    column: (location.columnNumber ?? 0) + 1,
  };
}
