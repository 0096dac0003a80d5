/** A button that was offered, or that was chosen. */
export interface MessageChoice {
  readonly id?: string;
  readonly text?: string;
  readonly payload?: string;
  readonly image?: string;
  readonly action?: string;
  readonly type?: string;
  /** Short form of a quick reply. */
  readonly summaryText?: string;
  /** Id of the message that a choice answers. */
  readonly originatingMessageId?: string;
}
