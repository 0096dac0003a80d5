const TestSequencer = require('@jest/test-sequencer').default;
const { WAITING } = require('./spec-files');

/** Kinds of specs, the slowest first. */
const PROJECTS = ['faults', 'browser', 'e2e', 'contract', 'architecture', 'unit'];

/**
 * Runs the longest specs first, also before any durations are known, and the ones that mostly wait in turns with the others:
 * together they would leave the processors idle, and one that started last would run alone.
 */
module.exports = class LongestFirst extends TestSequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const waiting = sorted.filter((test) => placeInWaiting(test) >= 0);
    const working = sorted.filter((test) => placeInWaiting(test) < 0);
    waiting.sort((one, other) => placeInWaiting(one) - placeInWaiting(other));
    working.sort((one, other) => rankOf(one) - rankOf(other));
    return working
      .flatMap((test, index) => [...waiting.slice(index, index + 1), test])
      .concat(waiting.slice(working.length));
  }

  // The projects share an id: with one file, each would overwrite the durations of the others.
  _getCachePath(context) {
    return `${super._getCachePath(context)}-${context.config.displayName.name}`;
  }
};

function placeInWaiting({ path }) {
  return WAITING.findIndex((name) => path.includes(name));
}

function rankOf({ context }) {
  return PROJECTS.indexOf(context.config.displayName.name);
}
