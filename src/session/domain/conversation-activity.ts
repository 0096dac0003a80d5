/** Events of a conversation besides messages and typing. */
export const ACTIVITY_TYPES = [
  'agent-ended',
  'disconnected',
  'joined',
  'signed-in',
  'cleared',
  'session-expired',
  'login-asked',
  'login-cancelled',
  'login-failed',
  'co-browse',
  'video',
  'reactions',
] as const;

export type ActivityType = (typeof ACTIVITY_TYPES)[number];

/** The state of an offer to share a screen or to talk by video; `other` for an undocumented one. */
export type OfferState = 'offered' | 'accepted' | 'expired' | 'rejected' | 'other';

export interface Reaction {
  readonly reaction: 'like' | 'love' | 'wow' | 'haha' | 'sad' | 'angry' | 'other';
  readonly count: number;
}

/** An event of a conversation. It contains no text and no credential of the upstream. */
export interface ConversationActivity {
  /** Id of the upstream's event, if it has one; a repetition has the same id. */
  readonly id?: string;
  readonly type: ActivityType;
  /** `inbound` comes from the guest, on any of its devices. */
  readonly direction: 'inbound' | 'outbound';
  readonly sentAt: string;
  /** Present for `co-browse` and `video`. */
  readonly offer?: OfferState;
  /** Present for `reactions`. */
  readonly reactions?: readonly Reaction[];
  /** Present for `agent-ended`: true if the conversation accepts no more messages, so that the session ends. */
  readonly isReadOnly?: boolean;
}
