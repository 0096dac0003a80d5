import type { ClientFrames } from '../frames/client-frame';
import type { GuestMessage } from '../frames/guest-message';
import { CatchUp } from './catch-up';
import type { ConversingTools } from './conversing-tools';
import type { Dialogue } from './dialogue';
import { Gap, type GapListener } from './gap';
import { IncomingMessages } from './incoming-messages';
import type { OpeningAttributes } from './opening-attributes';
import { OutgoingMessages } from './outgoing-messages';
import { Uploads } from './uploads';

/** What the messages of a conversation need of its socket. */
export interface ConversingListener extends GapListener {
  onMessage(message: GuestMessage): void;
  live(signal: AbortSignal): Promise<Dialogue>;
}

/** The messages of one conversation, both ways, and the guest's files, over one line after the other. */
export class Conversing {
  readonly incoming: IncomingMessages;
  readonly outgoing: OutgoingMessages;
  readonly uploads: Uploads;
  readonly gap: Gap;
  private readonly history: Pick<CatchUp, 'read'>;

  constructor(
    frames: ClientFrames,
    { history, storage, clock }: ConversingTools,
    listener: ConversingListener,
    opening: OpeningAttributes,
  ) {
    const catchUp = new CatchUp(history, frames);
    this.history = {
      read: async (dialogue, known) => this.outgoing.recognise(await catchUp.read(dialogue, known)),
    };
    this.incoming = new IncomingMessages((message) => {
      listener.onMessage(message);
    });
    this.gap = new Gap(this.incoming, this.history, listener);
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
  private async recent(dialogue: Dialogue): Promise<readonly GuestMessage[]> {
    const history = await this.history.read(dialogue, this.incoming.knownBefore);
    this.incoming.merge(history);
    return history;
  }
}
