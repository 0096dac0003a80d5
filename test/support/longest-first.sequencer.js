const TestSequencer = require('@jest/test-sequencer').default;

/** Kinds of specs, the slowest first. */
const PROJECTS = ['faults', 'e2e', 'contract', 'architecture', 'unit'];
/** Specs that wait for whole windows and time-outs of the platform: begun last, they would be waited for alone. */
const WAITING = [
  'faults/upstream/budget',
  'faults/crash/kill-under-load',
  'faults/crash/shutdown',
  'faults/upstream/clients',
  'faults/upstream/outage',
  'faults/sync/outage',
];

/** Begins with what takes longest, also where nobody knows yet how long anything takes. */
module.exports = class LongestFirst extends TestSequencer {
  sort(tests) {
    return super.sort(tests).sort((one, other) => rankOf(one) - rankOf(other));
  }
};

function rankOf({ path, context }) {
  const waiting = WAITING.findIndex((name) => path.includes(name));
  if (waiting >= 0) return waiting;
  return WAITING.length + PROJECTS.indexOf(context.config.displayName.name);
}
