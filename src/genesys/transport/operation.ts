/** Purpose of a request to Genesys Cloud; a closed set, also for metrics. */
export type Operation =
  | 'token'
  | 'open'
  | 'beat'
  | 'disconnect'
  | 'details'
  | 'message'
  | 'typing'
  | 'receipt'
  | 'state'
  | 'notification'
  | 'reconcile'
  | 'integration'
  | 'history'
  | 'deployment'
  | 'guest-login'
  | 'guest-logout';
