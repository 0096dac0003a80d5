/** The problems of a route that sends requests to Genesys Cloud as an OAuth client, by status. */
export const UPSTREAM_PROBLEMS = {
  502: [
    'upstream-unauthorized',
    'upstream-forbidden',
    'upstream-rejected',
    'upstream-error',
    'upstream-invalid-response',
  ],
  503: ['upstream-throttled', 'upstream-unavailable'],
  504: ['upstream-timeout'],
} as const;
