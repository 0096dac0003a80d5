/** What goes wrong between a guest who talks and the platform, by status: the same on every route that waits for it. */
export const TALKING_PROBLEMS = {
  502: [
    'upstream-unauthorized',
    'upstream-forbidden',
    'upstream-rejected',
    'upstream-error',
    'upstream-invalid-response',
  ],
  503: [
    'upstream-throttled',
    'upstream-unavailable',
    'storage-unavailable',
    'session-moving',
    'shutting-down',
  ],
  504: ['upstream-timeout'],
};
