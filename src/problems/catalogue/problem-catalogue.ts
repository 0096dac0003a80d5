import { ACCESS_PROBLEMS } from './access-problems';
import { DELIVERY_PROBLEMS } from './delivery-problems';
import type { ProblemType } from './problem-type';
import { REQUEST_PROBLEMS } from './request-problems';
import { SERVICE_PROBLEMS } from './service-problems';
import { UPSTREAM_PROBLEMS } from './upstream-problems';

/** Every problem code of this service. A test compares it with the codes in the sources. */
export const PROBLEM_CATALOGUE: ReadonlyMap<string, ProblemType> = new Map<string, ProblemType>([
  ...Object.entries(REQUEST_PROBLEMS),
  ...Object.entries(ACCESS_PROBLEMS),
  ...Object.entries(SERVICE_PROBLEMS),
  ...Object.entries(DELIVERY_PROBLEMS),
  ...Object.entries(UPSTREAM_PROBLEMS),
]);
