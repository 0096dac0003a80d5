import type { SeededRandom } from '../../../support/seeded-random';

/** The options of a scenario, and its output. */
export interface Run {
  readonly random: SeededRandom;
  readonly minutes: number;
  /** Number of sessions, for scenarios that allow a choice. */
  readonly sessions: number;
  /** Number of planned restarts and of kills of the deployment. */
  readonly restarts: number;
  readonly kills: number;
  /** Names of the attacks to run; all of them when empty. */
  readonly attacks: readonly string[];
  /** The built `main.js` that replicas run. */
  readonly entry: string;
  readonly tell: (what: string) => void;
}

/** Runs a scenario and returns its findings in words; an empty list means success. */
export type Scenario = (run: Run) => Promise<string[]>;
