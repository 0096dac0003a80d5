const { cpSync, rmSync } = require('node:fs');
const { join } = require('node:path');

const ROOT = join(__dirname, '..');
const TARGET = join(ROOT, 'dist/console-pages');

// The service serves the console from its own build result; `nest build` clears that, so this step comes after it.
rmSync(TARGET, { recursive: true, force: true });
cpSync(join(ROOT, 'console/dist'), TARGET, { recursive: true });
