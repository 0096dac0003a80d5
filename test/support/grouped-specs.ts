import { relative } from 'node:path';
import { specFilesOf, TESTS } from './spec-files';

/**
 * Declares every n-th spec of a layer as one: loading the service costs seconds for each file that is run by itself.
 * Specs that must stand alone are not among them.
 */
export function declareSpecs(layer: string, group: number, groups: number): void {
  for (const [index, path] of specFilesOf(layer).sharing.entries()) {
    if (index % groups !== group) continue;
    // A scope of its own: hooks of one file concern no other.
    describe(relative(TESTS, path), () => {
      jest.requireActual<object>(path);
    });
  }
}
