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

export interface ParticipantView {
  readonly id: string;
  readonly purpose: string;
  readonly name: string | undefined;
  readonly userId: string | undefined;
  readonly queueId: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly sessions: readonly SessionView[];
  readonly wrapup: WrapupView | undefined;
}

/** A message conversation of any channel, as the organisation's state calls read it. */
export interface ConversationView {
  readonly id: string;
  readonly messageType: 'open' | 'webmessaging';
  readonly direction: 'inbound' | 'outbound';
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly participants: readonly ParticipantView[];
}

/** Finds a conversation of any channel by id. */
export type FindConversation = (id: string) => ConversationView | undefined;

export function isoOf(at: number): string {
  return new Date(at).toISOString();
}
