import { Check } from './check';
import { failure, type Finding, ok } from './finding';

const NAME = /^[A-Z][A-Z0-9_]+/;

/** The settings as the service reads them at its start; each problem is a failure, named without the value. */
export class SettingsCheck extends Check {
  static readonly NAME = 'settings';
  override readonly name = SettingsCheck.NAME;
  override readonly fixOfTimeout = 'Check the volumes of the files that settings name (…_FILE).';

  /** The problems of a `ConfigurationError`. */
  constructor(private readonly problems: readonly string[] = []) {
    super();
  }

  override run(): Promise<readonly Finding[]> {
    const failures = this.problems.map((problem) => failure(problem, fixOf(problem)));
    return Promise.resolve(failures.length === 0 ? [ok('all settings are valid')] : failures);
  }
}

function fixOf(problem: string): string {
  const name = NAME.exec(problem)?.[0] ?? 'the setting';
  if (name === 'DATA_KEY') return 'Set DATA_KEY or DATA_KEY_FILE; npm run data-key makes a key.';
  return `Correct ${name} in the environment; .env.example describes it.`;
}
