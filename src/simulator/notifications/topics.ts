/** Ends of the topics of detail events that the simulator sends. */
export const DETAIL_SUFFIXES = [
  'customer.start',
  'customer.end',
  'acd.start',
  'acd.end',
  'user.start',
  'user.end',
  'flow.start',
  'flow.end',
  'acw',
  'wrapup',
] as const;

export type DetailSuffix = (typeof DETAIL_SUFFIXES)[number];

const QUEUE = 'v2.routing.queues.{id}.conversations.messages';
const USER = 'v2.users.{id}.conversations.messages';
const MESSAGE_CONVERSATION = 'v2.conversations.messages.{id}';
const CONVERSATION = 'v2.conversations.{id}';
const DETAIL = 'v2.detail.events.conversation.{id}.';

/** Templates of all topics that can be subscribed to. */
export const TOPIC_TEMPLATES: readonly string[] = [
  QUEUE,
  USER,
  MESSAGE_CONVERSATION,
  CONVERSATION,
  ...DETAIL_SUFFIXES.map(detailTemplate),
];

const PATTERNS = TOPIC_TEMPLATES.map((template) => {
  const [before = '', after = ''] = template.split('{id}').map((part) => part.replaceAll('.', '\\.'));
  return { template, pattern: new RegExp(`^${before}[^.?]+${after}$`) };
});

export const queueTopic = (id: string): string => QUEUE.replace('{id}', id);
export const userTopic = (id: string): string => USER.replace('{id}', id);
export const messageConversationTopic = (id: string): string => MESSAGE_CONVERSATION.replace('{id}', id);
export const conversationTopic = (id: string): string => CONVERSATION.replace('{id}', id);

/** Returns the topic with the literal `{id}`, as EventBridge names the type of an event. */
export function detailTemplate(suffix: DetailSuffix): string {
  return `${DETAIL}${suffix}`;
}

export function detailTopic(conversationId: string, suffix: DetailSuffix): string {
  return detailTemplate(suffix).replace('{id}', conversationId);
}

/** Finds the template of a topic; undefined for an unknown topic. */
export function templateOf(topic: string): string | undefined {
  return PATTERNS.find(({ pattern }) => pattern.test(topic))?.template;
}
