import { Injectable } from '@nestjs/common';
import { type AvailableTopic, NotificationRequests } from './notification-requests';
import { NotificationsTelemetry } from './notifications.telemetry';
import { QUEUE_TOPIC_TEMPLATE } from './queue-topic';

/** Values of `transports` that include the WebSocket of a channel. */
const OVER_SOCKET: ReadonlySet<string> = new Set(['websocket', 'all']);

/** Asks the platform once whether it offers the topic of queues over a WebSocket, and logs what is missing. */
@Injectable()
export class TopicAvailability {
  private isChecked = false;

  constructor(
    private readonly requests: NotificationRequests,
    private readonly telemetry: NotificationsTelemetry,
  ) {}

  /** Never rejects; without effect after the first call. */
  async check(signal: AbortSignal): Promise<void> {
    if (this.isChecked) return;
    this.isChecked = true;
    try {
      const topics = await this.requests.availableTopics(signal);
      this.report(topics.find(({ id }) => templateOf(id) === QUEUE_TOPIC_TEMPLATE));
    } catch (error) {
      if (!signal.aborted) this.telemetry.availabilityUnknown(error);
    }
  }

  private report(topic: AvailableTopic | undefined): void {
    if (topic === undefined) {
      this.telemetry.topicUnavailable('not among the available topics');
      return;
    }
    const { transports, requiresPermissions } = topic;
    const isOverSocket = transports.some((transport) => OVER_SOCKET.has(transport.toLowerCase()));
    if (transports.length > 0 && !isOverSocket)
      this.telemetry.topicUnavailable('not available over a WebSocket');
    this.telemetry.topicRequires(requiresPermissions);
  }
}

/** The platform names the parameters of topics in several ways. */
function templateOf(id: string): string {
  return id.replace(/\{[^}]*\}/g, '{id}');
}
