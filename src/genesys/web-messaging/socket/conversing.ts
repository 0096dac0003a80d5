import type { ClientFrames } from '../frames/client-frame';
import type { GuestMessage } from '../frames/guest-message';
import type { GuestHistory } from '../history/guest-history';
import { CatchUp } from './catch-up';
import type { Dialogue } from './dialogue';
import { Gap, type GapListener } from './gap';
import { IncomingMessages } from './incoming-messages';
import { OutgoingMessages } from './outgoing-messages';

/** What the messages of a conversation need of its socket. */
export interface ConversingListener extends GapListener {
  onMessage(message: GuestMessage): void;
  live(signal: AbortSignal): Promise<Dialogue>;
}

/** The messages of one conversation, both ways, over one line after the other. */
export class Conversing {
  readonly incoming: IncomingMessages;
  readonly outgoing: OutgoingMessages;
  readonly gap: Gap;
  private readonly catchUp: CatchUp;

  constructor(frames: ClientFrames, history: GuestHistory, listener: ConversingListener) {
    this.catchUp = new CatchUp(history, frames);
    this.incoming = new IncomingMessages((message) => {
      listener.onMessage(message);
    });
    this.gap = new Gap(this.incoming, this.catchUp, listener);
    this.outgoing = new OutgoingMessages(
      {
        live: (signal) => listener.live(signal),
        recent: (dialogue) => this.recent(dialogue),
        settled: () => this.gap.settled,
        isNew: (reference) => this.incoming.isNew(reference),
      },
      frames,
    );
  }

  /** What is new in it is handed over. */
  private async recent(dialogue: Dialogue): Promise<readonly GuestMessage[]> {
    const history = await this.catchUp.read(dialogue, this.incoming.knownBefore);
    this.incoming.merge(history);
    return history;
  }
}
