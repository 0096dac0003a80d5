import { relative } from 'node:path';
import { ROOT, specFilesOf } from './spec-files';

/**
 * Declares every n-th spec of a layer as one: what they load costs up to seconds for each file that is run by itself.
 * Specs that must stand alone are not among them.
 */
export function declareSpecs(layer: string, group: number, groups: number): void {
  for (const [index, path] of specFilesOf(layer).sharing.entries()) {
    if (index % groups !== group) continue;
    // A scope of its own: hooks of one file concern no other.
    describe(relative(ROOT, path), () => {
      jest.requireActual<object>(path);
      // Spies and fake time that a file leaves behind are gone where the next one begins, as when it is run by itself.
      afterAll(() => {
        jest.restoreAllMocks();
        jest.useRealTimers();
      });
    });
  }
}
