import { Loop } from '../../common/time/loop';
import type { NotificationsConfig } from '../../config/notifications.config';
import { isPlatformId } from '../../config/platform-id';
import type { LiveQueues } from '../ports/live-queues';
import type { ChannelPool } from './channel-pool';
import { ChannelStream } from './channel-stream';
import type { NotificationServices } from './notification-services';
import { queueTopicOf } from './queue-topic';
import { TopicAssignment, TOPICS_PER_CHANNEL } from './topic-assignment';

const REFRESH_INTERVAL_MS = 10_000;
/** Time for which a queue without a live session stays subscribed: after-call work follows the end of a conversation. */
const LINGER_MS = 900_000;

/**
 * The channels of the replica that owns them: as many as the topics need, with one left for the change to a new channel
 * where more than one is allowed. It looks for queues of live sessions every ten seconds.
 */
export class NotificationStreams {
  private readonly loop: Loop;
  private readonly assignment: TopicAssignment;
  private readonly channels: number;
  private readonly streams = new Map<number, ChannelStream>();
  private isLoaded = false;
  private isRefreshed = false;
  private isStopped = false;

  /** `completeUntil` is the time since which events may be missing, in epoch milliseconds; 0 if there never were any. */
  constructor(
    private readonly pool: ChannelPool,
    private readonly queues: LiveQueues,
    private readonly config: NotificationsConfig,
    private readonly services: NotificationServices,
    private idleUntil: number,
  ) {
    this.channels = pool.hasSpare ? config.channels - 1 : config.channels;
    this.assignment = new TopicAssignment(this.channels, LINGER_MS);
    this.loop = new Loop(
      REFRESH_INTERVAL_MS,
      () => this.refresh(),
      (error) => {
        services.telemetry.refreshFailed(error);
      },
    );
  }

  /**
   * The time until which all events were received and processed, and all gaps were reported, in epoch milliseconds;
   * undefined before the topics are known.
   */
  get completeUntil(): number | undefined {
    if (!this.isRefreshed) return undefined;
    return Math.min(this.earliest, this.services.events.oldest ?? Infinity);
  }

  start(): void {
    this.loop.start();
  }

  /** Closes all connections at once; resolves when nothing is in progress any more. */
  async stop(): Promise<void> {
    this.isStopped = true;
    const stops = [...this.streams.values()].map((stream) => stream.stop());
    this.services.telemetry.topicsAre(0);
    await Promise.all([...stops, this.loop.stop()]);
  }

  private async refresh(): Promise<void> {
    if (!this.isLoaded) await this.pool.load();
    this.isLoaded = true;
    const topics = await this.wantedTopics();
    if (this.isStopped) return;
    const { clock, telemetry } = this.services;
    const change = this.assignment.update(topics, clock.now());
    telemetry.topicsAre(this.assignment.size);
    telemetry.topicsDropped(change.dropped);
    const since = this.earliest;
    for (let channel = 0; channel < this.channels; channel += 1)
      await this.adjust(channel, change.channels.has(channel), since);
    // Without topics there is nothing that could be missed.
    if (this.streams.size === 0) this.idleUntil = clock.now();
    this.isRefreshed = true;
  }

  /** Reads more than fit, so that topics without a place are counted. */
  private async wantedTopics(): Promise<readonly string[]> {
    const limit = (this.channels + 1) * TOPICS_PER_CHANNEL;
    const live = await this.queues.ids(limit);
    return [...this.config.queueIds, ...live.filter(isPlatformId)].map(queueTopicOf);
  }

  private async adjust(channel: number, isChanged: boolean, since: number): Promise<void> {
    const stream = this.streams.get(channel);
    const isWanted = this.assignment.topicsOf(channel).length > 0;
    if (stream === undefined) {
      if (isWanted && !this.isStopped) this.begin(channel, since);
    } else if (!isWanted) {
      this.streams.delete(channel);
      await stream.stop();
    } else if (isChanged) {
      stream.topicsChanged();
    }
  }

  private begin(channel: number, since: number): void {
    const topics = (): readonly string[] => this.assignment.topicsOf(channel);
    const stream = new ChannelStream(this.services, this.pool, topics, since);
    this.streams.set(channel, stream);
    stream.start();
  }

  private get earliest(): number {
    const times = [...this.streams.values()].map(({ completeUntil }) => completeUntil);
    return times.length === 0 ? this.idleUntil : Math.min(...times);
  }
}
