import type { ProblemType } from './problem-type';

/** Who may not, or not now. Nothing has changed by the request. */
export const ACCESS_PROBLEMS = {
  unauthenticated: {
    title: 'The caller is not known',
    statuses: [401],
    meaning:
      'There is no credential, or it is malformed, unknown, expired, revoked or not meant for this service.',
    action:
      'Send a valid API key or token as Authorization: Bearer; ask the operators of the service for one.',
    retry: 'changed',
  },
  'foreign-host': {
    title: 'The request is addressed to another host',
    statuses: [403],
    meaning:
      'This deployment asks for no credentials and serves its own machine only; Host names neither localhost nor a loopback address.',
    action: 'Call it as 127.0.0.1, [::1] or localhost from its machine, or run it with credentials.',
    retry: 'no',
  },
  'foreign-origin': {
    title: 'The request comes from another origin',
    statuses: [403],
    meaning:
      'This deployment asks for no credentials, and Origin or Sec-Fetch-Site says that a web page of another origin sent the request.',
    action: 'Call it from a program, or from a page of its own origin; pages of others need credentials.',
    retry: 'no',
  },
  'insufficient-scope': {
    title: 'The caller may not do this',
    statuses: [403],
    meaning: 'The credential is good and lacks the scope of the route, which scope names.',
    action: 'Ask the operators of the service for the scope, or use a credential that has it.',
    retry: 'no',
  },
  'route-closed': {
    title: 'The route has no access rule',
    statuses: [403],
    meaning:
      'The route does not say which scope it needs, so it lets nobody in: a mistake in this deployment.',
    action: 'Tell the operators of the service.',
    retry: 'no',
  },
  'quota-exceeded': {
    title: 'Too many requests',
    statuses: [429],
    meaning: 'The caller has made more requests than it may; this one was not looked at and changed nothing.',
    action: 'Wait for Retry-After, then send it again; RateLimit on every answer tells how many still fit.',
    retry: 'later',
  },
  'auth-unavailable': {
    title: 'Authentication is temporarily unavailable',
    statuses: [503],
    meaning: 'The keys that verify tokens cannot be fetched at the moment.',
    action: 'Send the request again after Retry-After.',
    retry: 'later',
  },
} as const satisfies Readonly<Record<string, ProblemType>>;
