import { ConfigurationError } from '../config/configuration.errors';
import type { Environment } from '../config/environment';
import { readEnvironment } from '../config/read-environment';
import { StorageConfig } from '../config/storage.config';
import { type DatabaseAccess, OpeningDatabaseAccess } from '../persistence/database-access';
import { Checks, type CheckOptions } from './checks';
import { Examination } from './examination';
import { type ReportedFinding, skipped } from './finding';
import { SettingsCheck } from './settings-check';

/** The result of all checks, and the secrets that a report must not hold. */
export interface Diagnosis {
  readonly findings: readonly ReportedFinding[];
  readonly secrets: ReadonlySet<string>;
}

export interface ExaminationOptions extends CheckOptions {
  /** Checks that have not begun after this time are skipped, in milliseconds. Absent: there is no limit. */
  readonly budgetMs?: number;
}

/**
 * Checks a deployment by the settings of its service. Nothing is changed in Genesys Cloud or the database; the CRM gets one
 * test event. Rejects only with the reason of the signal.
 */
export async function examine(
  variables: NodeJS.ProcessEnv,
  options: CheckOptions,
  signal: AbortSignal,
): Promise<Diagnosis> {
  const result = environmentOrProblems(variables);
  if (isEnvironment(result)) {
    const database = new OpeningDatabaseAccess(new StorageConfig(result));
    return examineEnvironment(result, options, database, signal);
  }
  const findings = await new Examination([new SettingsCheck(result)]).run(signal);
  const others = skipped(`needs: ${SettingsCheck.NAME}`);
  return { findings: [...findings, { check: 'all others', ...others }], secrets: new Set() };
}

/** Checks a deployment whose settings are valid; see `examine`. */
export async function examineEnvironment(
  environment: Environment,
  options: ExaminationOptions,
  database: DatabaseAccess,
  signal: AbortSignal,
): Promise<Diagnosis> {
  await using checks = new Checks(environment, options, database);
  const all = [new SettingsCheck(), ...checks.all];
  const findings = await new Examination(all, options.budgetMs).run(signal);
  return { findings, secrets: environment.secrets };
}

function environmentOrProblems(variables: NodeJS.ProcessEnv): Environment | readonly string[] {
  try {
    return readEnvironment(variables);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

function isEnvironment(result: Environment | readonly string[]): result is Environment {
  return !Array.isArray(result);
}
