/** What may happen in a conversation besides messages and typing. */
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

/** The state of an offer to share a screen or to talk by video; `other` for one that is not documented. */
export type OfferState = 'offered' | 'accepted' | 'expired' | 'rejected' | 'other';

export interface Reaction {
  readonly reaction: 'like' | 'love' | 'wow' | 'haha' | 'sad' | 'angry' | 'other';
  readonly count: number;
}

/** Something that has happened in a conversation. It holds no text and no credential of the upstream. */
export interface ConversationActivity {
  /** Id of the upstream's event, where it has one; a repetition has the same. */
  readonly id?: string;
  readonly type: ActivityType;
  /** `inbound` comes from the guest, on whichever of its devices. */
  readonly direction: 'inbound' | 'outbound';
  readonly sentAt: string;
  /** Present for `co-browse` and `video`. */
  readonly offer?: OfferState;
  /** Present for `reactions`. */
  readonly reactions?: readonly Reaction[];
  /** Present for `agent-ended`: whether the conversation takes no more messages, so that the session ends. */
  readonly isReadOnly?: boolean;
}
