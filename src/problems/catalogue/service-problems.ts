import type { ProblemType } from './problem-type';

/** Refusals and failures of this service itself. */
export const SERVICE_PROBLEMS = {
  'session-not-found': {
    title: 'No such session',
    statuses: [404],
    meaning:
      'There is no session with this conversation id. Ended ones are kept 30 days, unless the deployment says otherwise.',
    action: 'Check the id: it is conversationId in the answer to the opening.',
    retry: 'no',
  },
  'queue-not-found': {
    title: 'No such queue',
    statuses: [404],
    meaning: 'Genesys Cloud has no queue with this id, or the OAuth client does not see it.',
    action: 'Check the id of the queue in Genesys Cloud.',
    retry: 'no',
  },
  'session-limit-reached': {
    title: 'Too many live sessions',
    statuses: [429],
    meaning:
      'With the reason sessions every slot is taken; with upstream-budget the rate limits of Genesys Cloud can carry no more. Nothing was sent.',
    action: 'Wait for Retry-After, then try again; GET /v1/limits shows how many more sessions fit.',
    retry: 'later',
  },
  'caller-session-limit-reached': {
    title: 'Too many live sessions of the caller',
    statuses: [429],
    meaning:
      'The share of the caller is used up: of the slots with the reason sessions, of what the rate limits of Genesys Cloud carry with upstream-budget. Nothing was sent.',
    action:
      'End sessions that are not needed, or wait for Retry-After; GET /v1/limits shows the share of the caller.',
    retry: 'later',
  },
  'guest-in-session': {
    title: 'The guest has a session already',
    statuses: [409],
    meaning:
      'Another session with the same guestId on the same integration has not ended yet. Nothing was sent.',
    action: 'Use that session, or wait for its end, or leave guestId out for a thread of its own.',
    retry: 'later',
  },
  'session-refused': {
    title: 'A policy refuses the session',
    statuses: [403],
    meaning: 'A session policy of this deployment refused the session. Nothing was sent.',
    action: 'Read policy, reason and detail; the operators of the service configure the policy.',
    retry: 'changed',
  },
  'policy-unavailable': {
    title: 'A policy cannot be asked',
    statuses: [503],
    meaning: 'A session policy failed or took too long, and nothing is opened without its answer.',
    action: 'Try again after Retry-After; tell the operators when it lasts.',
    retry: 'later',
  },
  'session-changed': {
    title: 'The session has changed meanwhile',
    statuses: [409],
    meaning: 'Another request changed the session at the same moment, and its change stands.',
    action: 'Read the session, and repeat the request if it is still wanted.',
    retry: 'later',
  },
  'session-ended': {
    title: 'The session has ended',
    statuses: [409],
    meaning: 'The session was ended while it was being opened. It holds no slot.',
    action: 'Open a new session if the guest is still there.',
    retry: 'later',
  },
  'session-moving': {
    title: 'The session is changing hands',
    statuses: [503],
    meaning:
      'The process that holds the session has stopped or cannot be reached, and another one is about to take it over.',
    action: 'Try again after Retry-After, a message with the same Idempotency-Key.',
    retry: 'later',
  },
  'too-many-forwarded': {
    title: 'Too many forwarded requests',
    statuses: [503],
    meaning:
      'Another replica holds the session, and this one has as many requests under way to other replicas as it can. Nothing was sent.',
    action: 'Try again after Retry-After.',
    retry: 'later',
  },
  'too-many-caller-forwarded': {
    title: 'Too many forwarded requests of the caller',
    statuses: [429],
    meaning:
      'Another replica holds the session, and the caller has as many requests under way from this replica to others as it may. Nothing was sent.',
    action: 'Wait for answers to earlier requests, then send this one again after Retry-After.',
    retry: 'later',
  },
  'session-not-active': {
    title: 'The session is not active',
    statuses: [409],
    meaning: 'Only the guest of an active session can do this. Nothing was sent.',
    action: 'Read the session: one that is connecting may be active soon, and one that has ended stays so.',
    retry: 'changed',
  },
  'not-supported-by-channel': {
    title: 'The channel of the session cannot do this',
    statuses: [409],
    meaning:
      'The channel only holds conversations: it supports neither messages nor logins of guests. Nothing was sent.',
    action: 'Open the session on the channel web-messaging if its guest sends messages or logs in.',
    retry: 'no',
  },
  'message-refused': {
    title: 'The message is refused',
    statuses: [422],
    meaning: 'Genesys Cloud refused the message for the given reason; it was not delivered.',
    action: 'Change the message as the reason asks for; with the reason read-only the conversation is over.',
    retry: 'changed',
  },
  'guest-not-logged-in': {
    title: 'The guest is not logged in',
    statuses: [409],
    meaning: 'The guest of this session has not logged in, so there is no login to end. Nothing was sent.',
    action: 'End the session with DELETE /v1/sessions/{conversationId} if it is to end.',
    retry: 'no',
  },
  'file-refused': {
    title: 'The file is refused',
    statuses: [422],
    meaning: 'The deployment or Genesys Cloud refused the file for the given reason. There is no attachment.',
    action: 'Send another file, as the reason asks for; with the reason not-enabled guests may send none.',
    retry: 'changed',
  },
  'guest-not-found': {
    title: 'No such guest',
    statuses: [404],
    meaning: 'No stored session has a guest with this guestRef.',
    action: 'Check the reference: guestRef is in the audit trail and in the events for the CRM.',
    retry: 'no',
  },
  'guest-session-live': {
    title: 'The guest has a session that is not over',
    statuses: [409],
    meaning:
      'A session of the guest lives or is still being disconnected, which needs its token. Nothing was changed.',
    action: 'End the session with DELETE /v1/sessions/{conversationId}; once it is over, erase the guest.',
    retry: 'later',
  },
  'too-many-in-flight': {
    title: 'Too many requests of this kind under way',
    statuses: [429],
    meaning:
      'This process has reached its limit of concurrent requests of this kind: for the caller with the reason caller, for all with the reason all. Nothing was done.',
    action: 'Wait for answers to earlier requests, then send this one again after Retry-After.',
    retry: 'later',
  },
  'caller-upload-limit-reached': {
    title: 'Too many uploads of the caller',
    statuses: [429],
    meaning:
      'The caller has as many uploads under way at this process as it may. Nothing of this one was read.',
    action: 'Finish or give up other uploads, then send the file again after Retry-After.',
    retry: 'later',
  },
  'too-many-uploads': {
    title: 'Too many uploads',
    statuses: [503],
    meaning: 'This process forwards as many files as it can. Nothing of this one was read.',
    action: 'Send the file again after Retry-After.',
    retry: 'later',
  },
  'too-many-streams': {
    title: 'Too many event streams',
    statuses: [503],
    meaning: 'This process serves as many event streams as it can. No stream was opened.',
    action:
      'Try again after Retry-After; follow all sessions with one stream of /v1/events, and close those not needed.',
    retry: 'later',
  },
  'too-many-caller-streams': {
    title: 'Too many event streams of the caller',
    statuses: [429],
    meaning: 'The caller has as many event streams in this process as it may. No stream was opened.',
    action:
      'Close a stream, or follow all sessions with one stream of /v1/events; then try again after Retry-After.',
    retry: 'later',
  },
  'storage-unavailable': {
    title: 'The service cannot reach its database',
    statuses: [503],
    meaning:
      'The database does not answer, or has no space left to write to, which the detail says. Nothing of the request is ' +
      'durable unless an answer said so.',
    action: 'Try again after Retry-After, with a growing pause.',
    retry: 'later',
  },
  'shutting-down': {
    title: 'The service is shutting down',
    statuses: [503],
    meaning: 'This process is stopping and takes on nothing new.',
    action: 'Try again after Retry-After: the next process will answer.',
    retry: 'later',
  },
  internal: {
    title: 'Internal error',
    statuses: [500],
    meaning: 'A bug of this service. Whether the request took effect is not certain.',
    action: 'Tell the operators the requestId: the log has the rest. Read before you repeat a change.',
    retry: 'no',
  },
} as const satisfies Record<string, ProblemType>;
