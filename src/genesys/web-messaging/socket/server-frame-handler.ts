import { UpstreamUnavailableError } from '../../../common/errors/upstream.errors';
import type { GuestMessage } from '../frames/guest-message';
import type { ServerFrame } from '../frames/server-frame';
import type { AutoStart } from './auto-start';
import type { ConversationMessaging } from '../messages/conversation-messaging';
import { refusalOf, verdictOfFrame, verdictOfReadOnly } from '../connection/refusal';
import type { SocketListener, Verdict } from './socket-listener';
import type { SocketStatus } from './socket-status';

/** What the frames of the server mean for a session that nobody asked about. */
export class ServerFrameHandler {
  /** `onContended`: somebody else holds as many lines of the session as there may be. */
  constructor(
    private readonly status: SocketStatus,
    private readonly conversing: ConversationMessaging,
    private readonly autoStart: AutoStart,
    private readonly owner: SocketListener,
    private readonly onContended: () => void,
  ) {}

  hear(frame: ServerFrame): void {
    if (frame.kind === 'message') {
      this.autoStart.isDone();
      this.hearMessage(frame.message);
    } else if (frame.kind === 'upload-succeeded' || frame.kind === 'upload-failed')
      this.conversing.uploads.hear(frame);
    else if (frame.kind === 'echo') this.status.expires(frame.expiry);
    else if (frame.kind === 'connection-closed' && frame.reason !== 'signedIn') this.onContended();
    else {
      const verdict = verdictOfFrame(frame);
      if (verdict !== undefined) this.end(verdict, refusalOf(frame));
    }
  }

  private hearMessage(message: GuestMessage): void {
    const { type, direction, events, isReadOnly } = message;
    if (type !== 'Event') this.status.prolong();
    if (type === 'Event' && direction === 'Outbound')
      for (const event of events)
        if (event.kind === 'typing') this.owner.onTyping(event.isOn, event.durationMs);
    const isTypingAlone =
      type === 'Event' && events.length > 0 && events.every(({ kind }) => kind === 'typing');
    if (!isTypingAlone) this.conversing.incoming.take(message);
    // Not before what waits for the history is handed over.
    if (isReadOnly)
      void this.conversing.gap.settled.then(() => {
        this.end(verdictOfReadOnly(message));
      });
  }

  private end(verdict: Verdict, cause: Error = new UpstreamUnavailableError()): void {
    this.status.end(verdict, cause);
  }
}
