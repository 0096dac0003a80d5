import { v4 as uuid } from 'uuid';
import {
  UpstreamError,
  UpstreamRejectedError,
  UpstreamThrottledError,
} from '../../../common/errors/upstream.errors';
import { pause } from '../../../common/time/pause';
import type { ClientFrames } from '../frames/client-frame';
import type { SessionFacts } from '../frames/server-frame';
import type { GuestLines } from '../line/guest-lines';
import type { ConnectPacer } from '../pacing/connect-pacer';
import { SlidingWindow } from '../pacing/sliding-window';
import { Dialogue, type FrameListener } from './dialogue';
import { isFault } from './reconnect-pace';

const CONFIGURED_WITHIN_MS = 5_000;
/** The platform allows a session so many configures a minute. */
const CONFIGURES_PER_MINUTE = 60;
const WINDOW_MS = 63_000;

/** A line on which the session is configured, and what the server said of it. */
export interface ConfiguredSession {
  readonly dialogue: Dialogue;
  readonly facts: SessionFacts;
}

/** Connects and configures the session, once per call, within what the platform allows deployment and session. */
export class SessionStart {
  private readonly configures = new SlidingWindow(CONFIGURES_PER_MINUTE, WINDOW_MS);
  private asked = false;

  constructor(
    private readonly deploymentId: string,
    private readonly frames: ClientFrames,
    private readonly lines: GuestLines,
    private readonly pacer: ConnectPacer,
  ) {}

  /** Whether the server may have a session of ours: it was asked for one, and did not say no. */
  get hasAsked(): boolean {
    return this.asked;
  }

  /** Rejects with an `UpstreamError` or the reason of the signal; then there is no line. */
  async begin(hear: FrameListener, signal: AbortSignal): Promise<ConfiguredSession> {
    await pause(Math.ceil(this.configures.waitMs), signal);
    const dialogue = await this.connect(hear, signal);
    const hangUp = (): void => {
      dialogue.hangUp();
    };
    signal.addEventListener('abort', hangUp, { once: true });
    try {
      return { dialogue, facts: await this.configure(dialogue, { startNew: false }) };
    } catch (error) {
      const ending = dialogue.isOver ? await dialogue.ended : undefined;
      dialogue.hangUp();
      throw ending !== undefined && isFault(ending) ? new UpstreamRejectedError(400) : error;
    } finally {
      signal.removeEventListener('abort', hangUp);
    }
  }

  /** Closes a session whose conversation takes no more messages, and asks for a new one over the same line. */
  async startNew(dialogue: Dialogue): Promise<SessionFacts> {
    await dialogue.ask(this.frames.closeSession(uuid()), 'session', CONFIGURED_WITHIN_MS);
    return this.configure(dialogue, { startNew: true });
  }

  private async connect(hear: FrameListener, signal: AbortSignal): Promise<Dialogue> {
    await this.pacer.pass(signal);
    try {
      return await Dialogue.begin(this.lines, hear, signal);
    } catch (error) {
      if (error instanceof UpstreamThrottledError) this.pacer.close(error.hintMs);
      throw error;
    }
  }

  private async configure(dialogue: Dialogue, { startNew }: { startNew: boolean }): Promise<SessionFacts> {
    this.configures.take();
    const before = this.asked;
    this.asked = true;
    const frame = this.frames.configureSession(uuid(), { deploymentId: this.deploymentId, startNew });
    try {
      const { facts } = await dialogue.ask(frame, 'session', CONFIGURED_WITHIN_MS);
      if (!facts.connected) this.asked = before;
      return facts;
    } catch (error) {
      // What an earlier attempt may have done stays possible, however clearly this one was refused.
      if (error instanceof UpstreamError && !error.mayHaveTakenEffect) this.asked = before;
      throw error;
    }
  }
}
