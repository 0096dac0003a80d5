import type { ProblemType } from './problem-type';

/**
 * Failures of Genesys Cloud or of the connection to it. A session that was being opened is `failed` and holds no
 * slot.
 */
export const UPSTREAM_PROBLEMS = {
  'upstream-throttled': {
    title: 'Genesys Cloud is throttling requests',
    statuses: [503],
    meaning: 'Genesys Cloud allows no more requests at the moment, or there is no budget left in time.',
    action: 'Wait for Retry-After; open sessions at a steadier pace, or ask for more OAuth clients.',
    retry: 'later',
  },
  'upstream-unauthorized': {
    title: 'Genesys Cloud refused the credentials of the service',
    statuses: [502],
    meaning: 'Genesys Cloud refused a fresh access token, or the OAuth client of this service.',
    action: 'Tell the operators: client id, secret and region have to be checked.',
    retry: 'no',
  },
  'upstream-forbidden': {
    title: 'Genesys Cloud denied a permission',
    statuses: [502],
    meaning: 'The OAuth client of this service lacks a permission in Genesys Cloud.',
    action: 'Tell the operators: the client needs a role with conversation:write.',
    retry: 'no',
  },
  'upstream-rejected': {
    title: 'Genesys Cloud rejected the request',
    statuses: [502],
    meaning: 'Genesys Cloud refused what the request asks for; detail has its status.',
    action:
      'Check what came from you, such as queueId. If it is right, tell the operators the requestId: the doctor examines the ' +
      'deployment of web messaging, its region and its origin.',
    retry: 'changed',
  },
  'upstream-error': {
    title: 'Genesys Cloud failed',
    statuses: [502],
    meaning: 'Genesys Cloud failed. What it may have opened all the same is closed by this service.',
    action: 'Try again with a growing pause.',
    retry: 'later',
  },
  'upstream-invalid-response': {
    title: 'Genesys Cloud sent an invalid response',
    statuses: [502],
    meaning: 'Genesys Cloud, or a proxy before it, sent a response that cannot be parsed.',
    action: 'Try again with a growing pause; tell the operators when it lasts.',
    retry: 'later',
  },
  'upstream-unavailable': {
    title: 'Genesys Cloud is unavailable',
    statuses: [503],
    meaning:
      'The reason unreachable is a connection that failed, breaker-open a pause after many failures, overload too many waiting requests.',
    action: 'Try again after Retry-After.',
    retry: 'later',
  },
  'upstream-timeout': {
    title: 'Genesys Cloud timed out',
    statuses: [504],
    meaning: 'Genesys Cloud did not answer in time. What it may have opened is closed by this service.',
    action: 'Try again with a growing pause: the attempt before leaves nothing behind.',
    retry: 'later',
  },
  'guest-not-authenticated': {
    title: 'The guest is not authenticated',
    statuses: [403],
    meaning:
      'Genesys Cloud does not accept the login of the guest: the code was used, has expired, or belongs to another guest.',
    action:
      'Let the guest log in again, and send the result of the login. A session that was active continues unchanged.',
    retry: 'changed',
  },
  'authentication-not-enabled': {
    title: 'The deployment does not let guests log in',
    statuses: [409],
    meaning:
      'With the reason login guests of this deployment cannot log in; with step-up only when their session is opened.',
    action: 'Leave authentication out, or tell the operators that the deployment has to allow it.',
    retry: 'no',
  },
  'authentication-required': {
    title: 'The deployment requires guests to log in',
    statuses: [409],
    meaning:
      'The deployment has authentication enabled and lets no session begin without a login, so that an anonymous guest could not send a message. Nothing was sent.',
    action:
      'Open the session with authentication, or tell the operators that the deployment has to allow a step-up.',
    retry: 'changed',
  },
} as const satisfies Record<string, ProblemType>;
