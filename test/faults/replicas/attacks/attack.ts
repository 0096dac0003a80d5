import type { AttackFigures } from './attack-tally';
import type { AttackCaller } from './attack-callers';

/** A target session, with the replicas that did and did not hold it when it was looked up. */
export interface Target {
  readonly conversationId: string;
  readonly holderUrl: string;
  readonly otherUrl: string;
}

/** The attackers' knowledge: addresses, weak keys, some sessions of their own and some of others. */
export interface AttackPlan {
  /** Names of the attacks to run; all of them when empty. */
  readonly only: readonly string[];
  readonly replicas: readonly string[];
  readonly keys: Readonly<Record<AttackCaller, string>>;
  /** Sessions by the caller that owns them. */
  readonly own: Readonly<Record<AttackCaller, readonly Target[]>>;
  /** Sessions of the victim, which no attacker may read, change or end. */
  readonly foreign: readonly Target[];
  /** Sessions of the victim with rows that an attacker with write access to the database changes. */
  readonly planted: readonly Target[];
  /** The key of the victim, for the requests that the victim makes to planted sessions. */
  readonly victimKey: string;
  /** The text that the victim's guests send. */
  readonly victimText: string;
  /** Secrets of others: an answer that contains one is a leak. */
  readonly canaries: readonly string[];
  readonly databaseUrl: string;
}

/** One attacker with one goal, at a rate that a single small machine can sustain. */
export interface Attack {
  readonly name: string;
  /**
   * Attacks until the signal is aborted and all requests have finished. A failure of the service never rejects it.
   */
  run(signal: AbortSignal): Promise<AttackFigures>;
}
