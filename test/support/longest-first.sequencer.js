const TestSequencer = require('@jest/test-sequencer').default;
const { WAITING } = require('./spec-files');

/** Kinds of specs, the slowest first. */
const PROJECTS = ['faults', 'browser', 'e2e', 'contract', 'architecture', 'unit'];

/** Runs the longest specs first, also before any durations are known. */
module.exports = class LongestFirst extends TestSequencer {
  sort(tests) {
    return super.sort(tests).sort((one, other) => rankOf(one) - rankOf(other));
  }

  // The projects share an id: with one file, each would overwrite the durations of the others.
  _getCachePath(context) {
    return `${super._getCachePath(context)}-${context.config.displayName.name}`;
  }
};

/** A spec that mostly waits would run alone if it started last. */
function rankOf({ path, context }) {
  const waiting = WAITING.findIndex((name) => path.includes(name));
  if (waiting >= 0) return waiting;
  return WAITING.length + PROJECTS.indexOf(context.config.displayName.name);
}
