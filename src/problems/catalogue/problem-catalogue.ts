import { ACCESS_PROBLEMS } from './access-problems';
import type { ProblemType } from './problem-type';
import { REQUEST_PROBLEMS } from './request-problems';
import { SERVICE_PROBLEMS } from './service-problems';
import { UPSTREAM_PROBLEMS } from './upstream-problems';

/** Every code that a problem of this service may have. A test compares it with what the sources use. */
export const PROBLEM_CATALOGUE: ReadonlyMap<string, ProblemType> = new Map<string, ProblemType>([
  ...Object.entries(REQUEST_PROBLEMS),
  ...Object.entries(ACCESS_PROBLEMS),
  ...Object.entries(SERVICE_PROBLEMS),
  ...Object.entries(UPSTREAM_PROBLEMS),
]);
