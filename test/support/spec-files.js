const { readdirSync, readFileSync } = require('node:fs');
const { join, resolve } = require('node:path');

const ROOT = resolve(__dirname, '../..');

/** Where the specs of a layer are, if not in the folder of its name among the tests. */
const FOLDERS = { unit: ['src', 'examples'] };

/** Specs that wait for whole windows and time-outs of the platform, the longest first. */
const WAITING = [
  'faults/upstream/budget',
  'faults/crash/kill-under-load',
  'faults/crash/shutdown',
  'faults/upstream/clients',
  'faults/upstream/outage',
  'faults/sync/outage',
  'faults/replicas/storm',
  'faults/replicas/two-releases',
];

/**
 * What runs beside everything else, what runs all at once as soon as its file does, and what replaces a module for
 * whoever is loaded with it.
 */
function standsAlone(path) {
  return (
    WAITING.some((name) => path.includes(name)) ||
    /\.concurrent|^jest\.mock\(/m.test(readFileSync(path, 'utf8'))
  );
}

/** The specs of a layer, as paths: those that can share a file with others, and those that cannot. */
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
