const TestSequencer = require('@jest/test-sequencer').default;
const { WAITING } = require('./spec-files');

/** Kinds of specs, the slowest first. */
const PROJECTS = ['faults', 'e2e', 'contract', 'architecture', 'unit'];

/** Begins with what takes longest, also where nobody knows yet how long anything takes. */
module.exports = class LongestFirst extends TestSequencer {
  sort(tests) {
    return super.sort(tests).sort((one, other) => rankOf(one) - rankOf(other));
  }

  // Our projects share an id: in one file, each would overwrite what is known of the specs of the others.
  _getCachePath(context) {
    return `${super._getCachePath(context)}-${context.config.displayName.name}`;
  }
};

/** What waits, begun last, would be waited for alone. */
function rankOf({ path, context }) {
  const waiting = WAITING.findIndex((name) => path.includes(name));
  if (waiting >= 0) return waiting;
  return WAITING.length + PROJECTS.indexOf(context.config.displayName.name);
}
