import type { Finding } from './finding';

/** One question about the deployment. Checks change nothing, neither in Genesys Cloud nor in the database. */
export abstract class Check {
  /** Unique in an examination: its subject, and which of several. */
  abstract readonly name: string;
  /** Names of the checks without whose success this one is skipped. */
  readonly needs: readonly string[] = [];
  /** Time limit of the check as a whole, in milliseconds. */
  readonly timeoutMs: number = 15_000;
  /** Advice for a check that is not done in time. */
  abstract readonly fixOfTimeout: string;

  /** Rejects with an error only when the check itself cannot be made. */
  abstract run(signal: AbortSignal): Promise<readonly Finding[]>;
}
