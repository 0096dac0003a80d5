const { readdirSync, readFileSync } = require('node:fs');
const { join, resolve } = require('node:path');

const TESTS = resolve(__dirname, '..');

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

/** What runs beside everything else, and what runs all at once as soon as its file does. */
function standsAlone(path) {
  return WAITING.some((name) => path.includes(name)) || readFileSync(path, 'utf8').includes('.concurrent');
}

/** The specs of a layer, as paths: those that can share a file with others, and those that cannot. */
function specFilesOf(layer) {
  const paths = readdirSync(join(TESTS, layer), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.spec.ts'))
    .sort()
    .map((name) => join(TESTS, layer, name));
  return {
    alone: paths.filter(standsAlone),
    sharing: paths.filter((path) => !standsAlone(path)),
  };
}

module.exports = { TESTS, WAITING, specFilesOf };
