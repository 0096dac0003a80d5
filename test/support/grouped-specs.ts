import { relative } from 'node:path';
import { ROOT, specFilesOf } from './spec-files';

/**
 * Declares every n-th spec of a layer in one file: loading modules costs up to seconds for each file that runs by
 * itself. Specs that must stand alone are excluded.
 */
export function declareSpecs(layer: string, group: number, groups: number): void {
  for (const [index, path] of specFilesOf(layer).sharing.entries()) {
    if (index % groups !== group) continue;
    // A scope of its own keeps the hooks of one file from applying to another.
    describe(relative(ROOT, path), () => {
      jest.requireActual<object>(path);
      // Removes spies and fake time of a file before the next one starts, as between separate runs.
      afterAll(() => {
        jest.restoreAllMocks();
        jest.useRealTimers();
      });
    });
  }
}
