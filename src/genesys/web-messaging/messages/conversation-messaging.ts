import type { ClientFrames } from '../frames/client-frame';
import type { GuestMessage } from '../frames/guest-message';
import { HistoryReader } from '../socket/history-reader';
import type { MessagingDependencies } from '../socket/messaging-dependencies';
import type { RequestChannel } from '../connection/request-channel';
import { HistoryBackfill, type HistoryBackfillListener } from '../history/history-backfill';
import { IncomingMessages } from './incoming-messages';
import type { OpeningAttributes } from './conversation-start';
import { OutgoingMessages } from './outgoing-messages';
import { Uploads } from '../upload/uploads';

/** What the messages of a conversation need of its socket. */
export interface ConversationMessagingListener extends HistoryBackfillListener {
  onMessage(message: GuestMessage): void;
  live(signal: AbortSignal): Promise<RequestChannel>;
}

/** The messages of one conversation, both ways, and the guest's files, over one line after the other. */
export class ConversationMessaging {
  readonly incoming: IncomingMessages;
  readonly outgoing: OutgoingMessages;
  readonly uploads: Uploads;
  readonly gap: HistoryBackfill;
  private readonly history: Pick<HistoryReader, 'read'>;

  constructor(
    frames: ClientFrames,
    { history, storage, clock }: MessagingDependencies,
    listener: ConversationMessagingListener,
    opening: OpeningAttributes,
  ) {
    const catchUp = new HistoryReader(history, frames);
    this.history = {
      read: async (dialogue, known) => this.outgoing.recognise(await catchUp.read(dialogue, known)),
    };
    this.incoming = new IncomingMessages((message) => {
      listener.onMessage(message);
    });
    this.gap = new HistoryBackfill(this.incoming, this.history, listener);
    this.outgoing = new OutgoingMessages(
      {
        live: (signal) => listener.live(signal),
        recent: (dialogue) => this.recent(dialogue),
        settled: () => this.gap.settled,
        isNew: (reference) => this.incoming.isNew(reference),
      },
      frames,
      clock,
      opening,
    );
    this.uploads = new Uploads((signal) => listener.live(signal), storage, frames);
  }

  /** What is new in it is handed over. */
  private async recent(dialogue: RequestChannel): Promise<readonly GuestMessage[]> {
    const history = await this.history.read(dialogue, this.incoming.knownBefore);
    this.incoming.merge(history);
    return history;
  }
}
