import { setMaxListeners } from 'node:events';
import type { SessionFacts } from '../frames/server-frame';
import { FakeGuestHistory } from '../history/guest-history.fake';
import { FakeGuestLines } from '../line/guest-lines.fake';
import { ReadableMetrics } from '../../../metrics/readable-metrics.fake';
import { ConnectPacer } from '../pacing/connect-pacer';
import { WebMessagingTelemetry } from '../web-messaging.telemetry';
import { GuestSocket } from './guest-socket';
import { FakeSocketOwner } from './socket-owner.fake';

export const NOW = 1_800_000_000_000;
export const SIGNAL = new AbortController().signal;
setMaxListeners(0, SIGNAL);

/** One guest socket over a server in memory, under fake time. */
export class GuestSocketWorld {
  readonly metrics = new ReadableMetrics();
  readonly server = new FakeGuestLines();
  readonly history = new FakeGuestHistory(() => this.server.messages);
  readonly owner = new FakeSocketOwner();
  readonly pacer = new ConnectPacer();
  readonly socket = new GuestSocket(
    { conversationId: 'conversation', token: 'guest-token', deploymentId: 'dep-1' },
    {
      lines: this.server,
      pacer: this.pacer,
      history: this.history,
      telemetry: new WebMessagingTelemetry(this.metrics),
    },
    this.owner,
  );

  /** Leaves. Every timer of the socket has to be gone then. */
  async close(): Promise<void> {
    this.socket.leave();
    await this.pass(0);
    if (jest.getTimerCount() > 0) throw new Error(`${jest.getTimerCount()} timers are left`);
  }

  /** What opening comes to, its waits included. */
  async open(autoStart = false, deadlineAt = Date.now() + 30_000): Promise<SessionFacts> {
    const opened = this.socket.open({ autoStart, deadlineAt }, SIGNAL);
    opened.catch(() => undefined);
    await jest.advanceTimersByTimeAsync(20_000);
    return opened;
  }

  /** Goes on with a session that exists. */
  async resume(): Promise<void> {
    this.server.begun();
    this.socket.resume();
    await this.pass(100);
  }

  async pass(ms: number): Promise<void> {
    await jest.advanceTimersByTimeAsync(ms);
  }
}
