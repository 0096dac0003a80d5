import { v4 as uuid } from 'uuid';
import type { ClientFrame, ClientFrames } from '../frames/client-frame';
import type { SessionFacts } from '../frames/server-frame';
import type { RequestChannel } from '../connection/request-channel';
import type { OpeningAttributes } from '../messages/conversation-start';

/**
 * Starts the conversation of a deployment with auto-start, once: what was sent over a line that then broke is sent
 * again only when the history is empty.
 */
export class AutoStart {
  private stage: 'none' | 'wanted' | 'sent' | 'done' = 'none';

  constructor(
    private readonly frames: ClientFrames,
    private readonly opening: OpeningAttributes,
    private readonly send: (dialogue: RequestChannel, frame: ClientFrame) => void,
  ) {}

  want(): void {
    this.stage = 'wanted';
  }

  /** The conversation runs: there is a message, or the server has started it by itself. */
  isDone(): void {
    if (this.stage !== 'none') this.stage = 'done';
  }

  /** A session that exists already may have been started by whoever began it: the history tells. */
  onLive(dialogue: RequestChannel, { newSession }: SessionFacts): void {
    if (this.stage !== 'wanted') return;
    if (newSession) this.join(dialogue);
    else this.stage = 'sent';
  }

  /** `isEmpty` when the history of the conversation holds nothing. */
  onHistory(dialogue: RequestChannel, isEmpty: boolean): void {
    if (this.stage !== 'sent') return;
    if (isEmpty) this.join(dialogue);
    else this.stage = 'done';
  }

  private join(dialogue: RequestChannel): void {
    this.send(dialogue, this.frames.join(uuid(), this.opening.beside()));
    this.stage = 'sent';
  }
}
