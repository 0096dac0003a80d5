import { UPSTREAM_PROBLEMS } from '../../common/problem/upstream-problems';

/** Problems of messaging requests to the platform, by status: the same on every route that waits for its response. */
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
