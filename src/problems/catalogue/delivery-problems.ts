import type { ProblemType } from './problem-type';

/** Problems of deliveries to sinks and to the webhooks of callers. */
export const DELIVERY_PROBLEMS = {
  'delivery-not-found': {
    title: 'No such delivery',
    statuses: [404],
    meaning:
      'There is no delivery with this id. Delivered ones are kept 7 days and dead ones 30; those of webhooks 7 days.',
    action: 'Look for it with GET /v1/deliveries, or with GET /v1/webhooks/{webhookId}/deliveries.',
    retry: 'no',
  },
  'sink-not-found': {
    title: 'No such sink',
    statuses: [404],
    meaning: 'This service was composed without an event sink of this name.',
    action: 'GET /v1/sinks lists the names.',
    retry: 'no',
  },
  'webhook-not-found': {
    title: 'No such webhook',
    statuses: [404],
    meaning:
      'There is no webhook with this id that the caller may manage: it was deleted, or is of another caller.',
    action: 'GET /v1/webhooks lists the webhooks that the caller may manage.',
    retry: 'no',
  },
  'webhook-limit-reached': {
    title: 'The caller has as many webhooks as it may have',
    statuses: [409],
    meaning: 'The caller has as many webhooks as a caller may have. None was registered.',
    action: 'Delete a webhook, or change one with PATCH /v1/webhooks/{webhookId}.',
    retry: 'changed',
  },
  'webhook-not-verified': {
    title: 'The webhook is not verified',
    statuses: [409],
    meaning:
      'The receiver has not accepted a test event since its URL was set. The webhook stays unverified.',
    action:
      'Send a test event with POST /v1/webhooks/{webhookId}/test; its first acceptance activates the webhook.',
    retry: 'no',
  },
  'webhook-url-refused': {
    title: 'No events are sent to this address',
    statuses: [422],
    meaning:
      'The host of the URL is not globally routable, or the webhookUrl of a session does not have the origin of a ' +
      'webhook that the caller has verified. Nothing was changed or opened.',
    action:
      'Give the URL of a receiver that is reachable from the internet; for a session, first verify a webhook of its origin.',
    retry: 'changed',
  },
} as const satisfies Record<string, ProblemType>;
