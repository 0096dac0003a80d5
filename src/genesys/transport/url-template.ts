/** The fixed segments of the paths that are called. */
const FIXED = new Set([
  ...['api', 'v2', 'oauth', 'token', 'conversations', 'messages', 'messaging', 'details', 'inbound', 'open'],
  ...['message', 'event', 'receipt', 'bulk', 'participants', 'integrations', 'communications', 'analytics'],
  ...['routing', 'queues', 'mediatypes', 'estimatedwaittime', 'ipranges', 'notifications', 'channels'],
  ...[
    'subscriptions',
    'availabletopics',
    'webmessaging',
    'webdeployments',
    'deployments',
    'oauthcodegrantjwtexchange',
  ],
  ...['refresh', 'revoke', 'config.json', 'domains.json'],
]);

/** A path with `{id}` in place of every segment that is not known to be fixed. */
export function urlTemplateOf(path: string): string {
  return path
    .split('/')
    .map((segment) => (segment === '' || FIXED.has(segment) ? segment : '{id}'))
    .join('/');
}
