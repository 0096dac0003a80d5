import type { Route } from './route';

/** Properties of every page that shows a list or an overview. */
export interface PageProps {
  readonly route: Route;
}
