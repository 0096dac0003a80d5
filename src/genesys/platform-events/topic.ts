/** Topics of detail events, without `v2.detail.events.conversation.{id}.`. */
export const DETAIL_SUFFIXES = [
  'customer.start',
  'customer.end',
  'acd.start',
  'acd.end',
  'user.start',
  'user.end',
  'flow.start',
  'flow.end',
  'flow.outcome',
  'acw',
  'wrapup',
  'attributes',
  'contact.update',
  'outbound',
] as const;

export type DetailSuffix = (typeof DETAIL_SUFFIXES)[number];

export type Topic =
  | { readonly kind: 'detail'; readonly suffix: DetailSuffix; readonly conversationId?: string }
  /** A topic of a queue, a user or a conversation, whose events contain all participants. */
  | { readonly kind: 'snapshot'; readonly conversationId?: string }
  | { readonly kind: 'other'; readonly reason: 'unknown-topic' | 'not-a-conversation' | 'other-media' };

/** Maximum length of a topic; Genesys documents fewer than 200 characters. */
const MAX_TOPIC_LENGTH = 256;

const DETAIL = /^v2\.detail\.events\.conversation\.([^.]+)\.(.+)$/;
const OF_PARTY = /^v2\.(?:routing\.queues|users)\.[^.]+\.conversations(?:\.([^.]+))?$/;
const OF_CONVERSATION = /^v2\.conversations(?:\.([a-z]+))?\.([^.]+)$/;
/** An id, not the placeholder `{id}` that EventBridge and triggers keep. */
const ID = /^[\x21-\x7a\x7c\x7e]{1,128}$/;

/** Classifies a topic by its name. */
export function topicOf(name: string): Topic {
  if (name.length > MAX_TOPIC_LENGTH) return { kind: 'other', reason: 'unknown-topic' };
  const detail = DETAIL.exec(name);
  if (detail !== null) return detailTopicOf(detail[1], detail[2]);
  const party = OF_PARTY.exec(name);
  if (party !== null) return snapshotTopicOf(party[1]);
  const single = OF_CONVERSATION.exec(name);
  if (single !== null) return snapshotTopicOf(single[1], single[2]);
  return { kind: 'other', reason: name.includes('conversation') ? 'unknown-topic' : 'not-a-conversation' };
}

function detailTopicOf(id: string | undefined, name: string | undefined): Topic {
  const suffix = DETAIL_SUFFIXES.find((known) => known === name);
  return suffix === undefined
    ? { kind: 'other', reason: 'unknown-topic' }
    : { kind: 'detail', suffix, ...conversationOf(id) };
}

/** The topic without a medium is that of all media. */
function snapshotTopicOf(medium: string | undefined, id?: string): Topic {
  return medium === undefined || medium === 'messages'
    ? { kind: 'snapshot', ...conversationOf(id) }
    : { kind: 'other', reason: 'other-media' };
}

function conversationOf(id: string | undefined): { readonly conversationId?: string } {
  return id !== undefined && ID.test(id) ? { conversationId: id } : {};
}
