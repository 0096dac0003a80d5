import { UPSTREAM_PROBLEMS } from '../../common/problem/upstream-problems';

/** What goes wrong between a guest who talks and the platform, by status: the same on every route that waits for it. */
export const MESSAGING_PROBLEMS = {
  ...UPSTREAM_PROBLEMS,
  429: ['too-many-caller-forwarded'],
  503: [
    ...UPSTREAM_PROBLEMS[503],
    'storage-unavailable',
    'session-moving',
    'too-many-forwarded',
    'shutting-down',
  ],
};
