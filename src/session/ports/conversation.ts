import type { SessionSnapshot } from '../domain/session-snapshot';

/** What a channel needs to know of a session. */
export type Conversation = Readonly<
  Pick<
    SessionSnapshot,
    | 'conversationId'
    | 'oauthClient'
    | 'guestToken'
    | 'queueId'
    | 'name'
    | 'locale'
    | 'capabilities'
    | 'durationLimit'
    | 'createdAt'
  >
>;
