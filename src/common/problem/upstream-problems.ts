/** What may become of a route that asks Genesys Cloud for something as an OAuth client, by the status that tells of it. */
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
