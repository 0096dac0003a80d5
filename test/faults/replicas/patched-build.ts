import { accessSync, appendFileSync, cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const CHECKOUT = resolve(__dirname, '../../..');

/** A copy of the build of the checkout in a folder of its own, for patching it into another release. */
export class PatchedBuild implements Disposable {
  private readonly directory = mkdtempSync(join(tmpdir(), 'guest-other-release-'));

  constructor() {
    cpSync(join(CHECKOUT, 'dist'), this.at(''), { recursive: true });
    // The bundle has none of the patches; without it `main.js` starts the service from its modules.
    rmSync(this.at('bundle'), { recursive: true, force: true });
    for (const name of ['node_modules', 'package.json'])
      symlinkSync(join(CHECKOUT, name), join(this.directory, name));
  }

  /** Path of its `main.js`. */
  get entry(): string {
    return this.at('main.js');
  }

  /** Adds a module, by its path in the build. */
  add(path: string, source: string): void {
    writeFileSync(this.at(path), source);
  }

  /** Adds statements to the end of a module, by its path in the build. Throws when there is no such module. */
  append(path: string, source: string): void {
    accessSync(this.at(path));
    appendFileSync(this.at(path), `\n${source}\n`);
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private at(path: string): string {
    return join(this.directory, 'dist', path);
  }
}
