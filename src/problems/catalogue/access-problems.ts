import type { ProblemType } from './problem-type';

/** Refusals of callers. The request has changed nothing. */
export const ACCESS_PROBLEMS = {
  unauthenticated: {
    title: 'The caller is not known',
    statuses: [401],
    meaning: 'The credential is missing, malformed, unknown, expired, revoked or not meant for this service.',
    action:
      'Send a valid API key or token as Authorization: Bearer; ask the operators of the service for one.',
    retry: 'changed',
  },
  'event-secret-invalid': {
    title: 'The sender of the event is not known',
    statuses: [401],
    meaning: 'The request has none of the secrets of GENESYS_EVENTS_SECRET.',
    action: 'Set the secret as the API key of the API destination, or as a header of the data action.',
    retry: 'changed',
  },
  'webhook-source-forbidden': {
    title: 'The webhook comes from another network',
    statuses: [403],
    meaning:
      'GENESYS_OPEN_SOURCE is set, and the address of the sender is in none of the networks from which Genesys Cloud sends.',
    action:
      'Behind a proxy set GENESYS_OPEN_SOURCE=forwarded, so that the address is the one that the proxy has seen.',
    retry: 'changed',
  },
  'webhook-signature-invalid': {
    title: 'The signature of the webhook is not genuine',
    statuses: [401],
    meaning: 'There is no such integration, or none of its secrets has signed the body.',
    action: 'Compare the secret token of the integration in Genesys Cloud with GENESYS_OPEN_INTEGRATIONS.',
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
      'Origin or Sec-Fetch-Site says that a web page of another origin sent the request, which has no credential or the session cookie of the console.',
    action: 'Call it from a program, or from a page of its own origin; pages of others need credentials.',
    retry: 'no',
  },
  'csrf-token-invalid': {
    title: 'The CSRF token is missing or invalid',
    statuses: [403],
    meaning: 'The request has the session cookie of the console and lacks the CSRF token of that session.',
    action: 'Send csrfToken of GET /v1/console/session as X-CSRF-Token; programs send Authorization instead.',
    retry: 'changed',
  },
  'too-many-failed-logins': {
    title: 'Too many failed logins',
    statuses: [429],
    meaning: 'Too many logins from this address, or in all, had an invalid credential in the last minute.',
    action:
      'Wait for Retry-After, then log in with a valid credential. Requests of the API are not affected.',
    retry: 'later',
  },
  'insufficient-scope': {
    title: 'The caller may not do this',
    statuses: [403],
    meaning: 'The credential is valid but lacks the scope of the route, which scope names.',
    action: 'Ask the operators of the service for the scope, or use a credential that has it.',
    retry: 'no',
  },
  'route-closed': {
    title: 'The route has no access rule',
    statuses: [403],
    meaning: 'The route declares no scope, so it refuses every caller: a fault of this deployment.',
    action: 'Tell the operators of the service.',
    retry: 'no',
  },
  'quota-exceeded': {
    title: 'Too many requests',
    statuses: [429],
    meaning: 'The caller has exceeded its quota; this request was not read and changed nothing.',
    action: 'Wait for Retry-After, then send it again; RateLimit on every answer tells how many are left.',
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
