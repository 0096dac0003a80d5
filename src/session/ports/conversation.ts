import type { Login } from '../domain/login';
import type { SessionSnapshot } from '../domain/session-snapshot';

/**
 * The part of a session that a channel acts for.
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
 * A conversation to open, for a guest with a login or an anonymous one.
 *
 * @publicApi
 */
export type NewConversation = Conversation & { readonly login?: Login };
