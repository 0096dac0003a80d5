import { v4 as uuid } from 'uuid';
import type { LiveChannel, RequestChannel } from '../connection/request-channel';
import type { ClientFrames } from '../frames/client-frame';
import type { SessionFacts } from '../frames/server-frame';
import { ConversationStart } from '../messages/conversation-start';
import { HistoryBackfill } from '../messages/history-backfill';
import { IncomingMessages } from '../messages/incoming-messages';
import { OutgoingMessages } from '../messages/outgoing-messages';
import { OwnMessages } from '../messages/own-messages';
import { Uploads } from '../upload/uploads';
import type { Guest, SocketServices } from './guest';
import type { Notify } from './socket-listener';
import type { Verdict } from './verdict';

/** The messages of one conversation in both directions, and the guest's files, across its successive connections. */
export class SocketMessaging {
  readonly start: ConversationStart;
  readonly incoming: IncomingMessages;
  readonly backfill: HistoryBackfill;
  readonly outgoing: OutgoingMessages;
  readonly uploads: Uploads;

  constructor(
    { conversationId, context }: Guest,
    { history, storage, clock, telemetry }: SocketServices,
    private readonly frames: ClientFrames,
    liveChannel: LiveChannel,
    notify: Notify,
  ) {
    const ownMessages = new OwnMessages();
    this.start = new ConversationStart(
      conversationId,
      frames,
      context?.customAttributes,
      (channel, frame) => {
        this.outgoing.sendEvent(channel, frame);
      },
    );
    this.incoming = new IncomingMessages(this.start, notify);
    this.backfill = new HistoryBackfill(history, frames, this.incoming, ownMessages, this.start, (error) => {
      telemetry.historyFailed(error, conversationId);
    });
    this.outgoing = new OutgoingMessages(
      liveChannel,
      this.backfill,
      this.incoming,
      ownMessages,
      this.start,
      frames,
      clock,
    );
    this.uploads = new Uploads(liveChannel, storage, frames);
  }

  /** A connection is configured. `isOpening` when the session has been opened over it. */
  connected(channel: RequestChannel, facts: SessionFacts, isOpening: boolean): void {
    this.start.onLive(channel, facts);
    // Nothing can have been missed in a session that has just begun.
    if (isOpening && facts.newSession) return;
    if (isOpening) this.incoming.lose();
    this.backfill.start(channel);
  }

  /** The server ends the session: uses the connection for the last time. */
  async finish(channel: RequestChannel, { reason }: Verdict): Promise<void> {
    // The server has begun another session, which no caller asked for.
    if (reason === 'gone') channel.send(this.frames.closeSession(uuid()));
    // The agent's last messages are in the history.
    if (reason !== 'agent-ended') return;
    this.backfill.start(channel);
    await this.backfill.settled;
  }
}
