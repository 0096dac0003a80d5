import type { Login } from '../domain/login';
import type { SessionSnapshot } from '../domain/session-snapshot';

/** The part of a session that a channel needs. */
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

/** A conversation to be opened, with or without a login of its guest. */
export type NewConversation = Conversation & { readonly login?: Login };
