import type { DisconnectType } from '../open-messaging/disconnect-type';

/** One communication of a participant; a resumed conversation adds another. All times are in epoch milliseconds. */
export interface SessionView {
  readonly id: string;
  readonly startedAt: number;
  /** Undefined while it alerts, and permanently if it was never answered. */
  readonly connectedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly disconnectType: DisconnectType | undefined;
}

export interface WrapupView {
  readonly code: string;
  readonly notes: string;
  readonly tags: readonly string[];
  readonly durationSeconds: number;
  readonly endedAt: number;
}

/** An entry in the message list of a participant. */
export interface MessageView {
  readonly messageId: string;
  readonly messageTime: string;
  readonly messageStatus: 'received' | 'sent';
  /** Type of the normalised message. */
  readonly type: string;
}

export interface ParticipantView {
  readonly id: string;
  readonly purpose: string;
  readonly name: string | undefined;
  readonly userId: string | undefined;
  readonly queueId: string | undefined;
  /** The guest's id, which only the customer has. */
  readonly address: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly sessions: readonly SessionView[];
  readonly wrapup: WrapupView | undefined;
  /** Start of the after-call work, in epoch milliseconds. */
  readonly acwStartedAt: number | undefined;
  readonly messages: readonly MessageView[];
}

/** A message conversation of any channel, as the organisation's state calls read it. */
export interface ConversationView {
  readonly id: string;
  readonly messageType: 'open' | 'webmessaging';
  readonly direction: 'inbound' | 'outbound';
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  /** The customer is the first. */
  readonly participants: readonly ParticipantView[];
}

/** Finds a conversation of any channel by id. */
export type FindConversation = (id: string) => ConversationView | undefined;

/** Called after each change of a conversation, with its new state. */
export type ConversationChanged = (conversation: ConversationView) => void;

export function isoOf(at: number): string {
  return new Date(at).toISOString();
}

/** Returns the JSON of a wrap-up, as participants of all reads have it. */
export function wrapupOf({ endedAt, ...wrapup }: WrapupView): object {
  return { ...wrapup, endTime: isoOf(endedAt) };
}
