import type { Environment } from './environment';

/** The use of the notification service of Genesys Cloud. */
export class NotificationsConfig {
  /**
   * The most channels that all replicas together have at once; 0 turns the notification service off. An OAuth client has
   * 20, which it shares with every other program of the same client.
   */
  readonly channels: number;
  /** Ids of the queues whose topics are subscribed whether or not a live session has them. */
  readonly queueIds: readonly string[];

  constructor(environment: Environment) {
    this.channels = environment.GENESYS_NOTIFICATION_CHANNELS;
    this.queueIds = [...new Set(environment.GENESYS_NOTIFICATION_QUEUES ?? [])];
  }
}
