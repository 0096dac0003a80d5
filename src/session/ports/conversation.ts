import type { Login } from '../domain/login';
import type { SessionSnapshot } from '../domain/session-snapshot';

/**
 * What a channel needs to know of a session.
 *
 * @publicApi
 */
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
    | 'guestContext'
    | 'genesysConversationId'
  >
>;

/**
 * A conversation that is to begin, with a guest who shows who it is, or one that does not.
 *
 * @publicApi
 */
export type NewConversation = Conversation & { readonly login?: Login };
