import { ConfigurationError } from '../config/configuration.errors';
import type { Environment } from '../config/environment';
import { readEnvironment } from '../config/read-environment';
import { Check } from './check';
import { failure, type Finding, ok } from './finding';

const NAME = /^[A-Z][A-Z0-9_]+/;

/** The settings as the service reads them at its start; each problem is a failure, named without the value. */
export class SettingsCheck extends Check {
  static readonly NAME = 'settings';
  override readonly name = SettingsCheck.NAME;
  override readonly fixOfTimeout = 'Check the volumes of the files that settings name (…_FILE).';
  /** The environment; undefined for invalid settings. */
  readonly environment: Environment | undefined;
  private readonly findings: readonly Finding[];

  constructor(variables: NodeJS.ProcessEnv) {
    super();
    const result = environmentOrProblems(variables);
    const isValid = !Array.isArray(result);
    this.environment = isValid ? (result as Environment) : undefined;
    this.findings = isValid
      ? [ok('all settings are valid')]
      : (result as readonly string[]).map((problem) => failure(problem, fixOf(problem)));
  }

  override run(): Promise<readonly Finding[]> {
    return Promise.resolve(this.findings);
  }
}

function environmentOrProblems(variables: NodeJS.ProcessEnv): Environment | readonly string[] {
  try {
    return readEnvironment(variables);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

function fixOf(problem: string): string {
  const name = NAME.exec(problem)?.[0] ?? 'the setting';
  if (name === 'DATA_KEY') return 'Set DATA_KEY or DATA_KEY_FILE; npm run data-key makes a key.';
  return `Correct ${name} in the environment; .env.example describes it.`;
}
