/** What a request to Genesys Cloud is for; a closed set, also for metrics. */
export type Operation =
  | 'token'
  | 'open'
  | 'beat'
  | 'disconnect'
  | 'details'
  | 'history'
  | 'deployment'
  | 'guest-login'
  | 'guest-logout';
