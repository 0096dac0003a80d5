const { readdirSync, readFileSync } = require('node:fs');
const { join, resolve } = require('node:path');

const ROOT = resolve(__dirname, '../..');

/** Folders of a layer's specs. Default: the folder of its name in `test`. */
const FOLDERS = { unit: ['src', 'client/src', 'console/src', 'examples'] };

/** Specs that wait for rate windows and time-outs of the platform, the longest first. */
const WAITING = [
  'faults/upstream/budget',
  'faults/crash/kill-under-load',
  'faults/crash/shutdown',
  'faults/upstream/clients',
  'faults/upstream/outage',
  'faults/sync/outage',
  'faults/replicas/storm',
  'faults/replicas/two-releases',
  'faults/replicas/deployment',
];

/**
 * Returns whether a spec needs a file of its own: it runs beside all others, starts all of its tests at once, or
 * replaces a module for everything that is loaded with it.
 */
function standsAlone(path) {
  return (
    WAITING.some((name) => path.includes(name)) ||
    /\.concurrent|^jest\.mock\(/m.test(readFileSync(path, 'utf8'))
  );
}

/** Returns the paths of a layer's specs: those that can share a file with others, and those that cannot. */
function specFilesOf(layer) {
  const folders = FOLDERS[layer] ?? [join('test', layer)];
  const paths = folders.flatMap(specsIn).sort();
  return {
    alone: paths.filter(standsAlone),
    sharing: paths.filter((path) => !standsAlone(path)),
  };
}

function specsIn(folder) {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.spec.ts'))
    .map((name) => join(ROOT, folder, name));
}

module.exports = { ROOT, WAITING, specFilesOf };
