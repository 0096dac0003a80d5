import { Examination } from './examination';
import { Checks, type CheckOptions } from './checks';
import type { ReportedFinding } from './finding';
import { skipped } from './finding';
import { SettingsCheck } from './settings-check';

/** The result of all checks, and the secrets that a report must not hold. */
export interface Diagnosis {
  readonly findings: readonly ReportedFinding[];
  readonly secrets: ReadonlySet<string>;
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
  const settings = new SettingsCheck(variables);
  const { environment } = settings;
  if (environment === undefined) {
    const findings = await new Examination([settings]).run(signal);
    const others = skipped(`needs: ${SettingsCheck.NAME}`);
    return { findings: [...findings, { check: 'all others', ...others }], secrets: new Set() };
  }
  await using checks = new Checks(environment, options);
  const findings = await new Examination([settings, ...checks.all]).run(signal);
  return { findings, secrets: environment.secrets };
}
