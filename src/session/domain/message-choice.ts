/** A button that was offered, or that was chosen. */
export interface MessageChoice {
  readonly id?: string;
  readonly text?: string;
  readonly payload?: string;
  readonly image?: string;
  readonly action?: string;
  readonly type?: string;
  /** Of a quick reply: a short form of it. */
  readonly summaryText?: string;
  /** Of a choice: the message that it answers. */
  readonly originatingMessageId?: string;
}
