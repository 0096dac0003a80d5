import type { SeededRandom } from '../../../support/seeded-random';

/** What a scenario is given, and to whom it tells what it does and measures. */
export interface Run {
  readonly random: SeededRandom;
  readonly minutes: number;
  /** How many, where that can be chosen. */
  readonly sessions: number;
  /** Names of the attacks to run; all of them when empty. */
  readonly attacks: readonly string[];
  /** The built `main.js` that replicas run. */
  readonly entry: string;
  readonly tell: (what: string) => void;
}

/** Tries something, and says in words what was wrong: nothing, when everything held. */
export type Scenario = (run: Run) => Promise<string[]>;
