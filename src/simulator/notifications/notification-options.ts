import { DisturbanceOptions } from './disturbance';
import { PushTargetOptions } from './push-target';

export interface NotificationOptions {
  /** Channels of one OAuth client; one more removes the client's channel that was used least recently. */
  readonly channelsPerClient?: number;
  readonly topicsPerChannel?: number;
  /** Lifetime of a channel after its creation or its last subscription. */
  readonly channelLifetimeMs?: number;
  /** Pause between two heartbeats on a socket; 0 sends none. */
  readonly heartbeatMs?: number;
  /** Keeps the subscriptions of a channel whose socket closes; the public guides disagree. Default: true. */
  readonly keepsSubscriptions?: boolean;
  /** Templates of topics that the OAuth clients lack the permission for. Default: none. */
  readonly forbiddenTopics?: readonly string[];
  /**
   * Conversations of a queue's or user's topic: those that `ever` reached it, the default, or those with a
   * participant of it that is connected or has just changed.
   */
  readonly topicScope?: 'ever' | 'current';
  /** Names the disconnect type in `customer.end`, which a public sample leaves out. Default: true. */
  readonly customerEndDisconnectType?: boolean;
  /** Number of the newest events, and of the newest pushes, that are kept for reading. */
  readonly keptEvents?: number;
  /** Losses, repeats and delays of frames on sockets. Default: none. */
  readonly socketDisturbance?: DisturbanceOptions;
  /** Receivers of all detail events over HTTP. Default: none. */
  readonly pushTargets?: readonly PushTargetOptions[];
  /** Time in which a receiver has to answer. */
  readonly pushTimeoutMs?: number;
  /** Delay of every retry. */
  readonly pushRetryMs?: number;
  /** Number of retries. */
  readonly pushRetries?: number;
  /** Pushes beyond this number of pending ones are dropped. */
  readonly maxPendingPushes?: number;
  /** Losses, repeats and delays of pushes. Default: none. */
  readonly pushDisturbance?: DisturbanceOptions;
}

/** The options with all defaults applied. */
export interface NotificationSettings extends Required<NotificationOptions> {
  readonly now: () => number;
}

const DAY_MS = 86_400_000;

export function settingsOf(options: NotificationOptions, now: () => number): NotificationSettings {
  return {
    channelsPerClient: 20,
    topicsPerChannel: 1_000,
    channelLifetimeMs: DAY_MS,
    heartbeatMs: 30_000,
    keepsSubscriptions: true,
    forbiddenTopics: [],
    topicScope: 'ever',
    customerEndDisconnectType: true,
    keptEvents: 10_000,
    socketDisturbance: {},
    pushTargets: [],
    pushTimeoutMs: 5_000,
    pushRetryMs: 1_000,
    pushRetries: 185,
    maxPendingPushes: 10_000,
    pushDisturbance: {},
    ...options,
    now,
  };
}
