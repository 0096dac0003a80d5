import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';

const BUNDLE = join(__dirname, 'bundle');
const SERVICE = join(BUNDLE, 'service.js');

/** A CommonJS module, as Node calls it. */
type ModuleFunction = (
  exports: NodeJS.Module['exports'],
  require: NodeJS.Require,
  module: NodeJS.Module,
  filename: string,
  directory: string,
) => void;

/**
 * Starts the service from the bundle of `start-service.ts` that `tools/bundle` has written. The code cache beside it is
 * valid for the version and the flags of Node at the build; with others V8 compiles the bundle.
 */
function startBundle(): void {
  const cachedData = readFileSync(join(BUNDLE, 'service.cache'));
  const script = new Script(readFileSync(SERVICE, 'latin1'), { filename: SERVICE, cachedData });
  const run = script.runInThisContext() as ModuleFunction;
  run(exports, require, module, SERVICE, BUNDLE);
}

if (existsSync(SERVICE)) startBundle();
else void import('./start-service.js');
