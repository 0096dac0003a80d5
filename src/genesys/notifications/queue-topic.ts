const PREFIX = 'v2.routing.queues.';
const SUFFIX = '.conversations.messages';

/** The topic of the message conversations of all queues, as the platform lists it. */
export const QUEUE_TOPIC_TEMPLATE = queueTopicOf('{id}');

/** The topic of the message conversations of a queue, from their entry into it on. */
export function queueTopicOf(queueId: string): string {
  return `${PREFIX}${queueId}${SUFFIX}`;
}

/** The queue of a topic; undefined for another topic. */
export function queueOf(topic: string): string | undefined {
  const isOfQueue = topic.startsWith(PREFIX) && topic.endsWith(SUFFIX);
  return isOfQueue ? topic.slice(PREFIX.length, -SUFFIX.length) : undefined;
}
