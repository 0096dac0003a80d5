import { Check } from './check';
import { failure, type Finding, ok } from './finding';

const NAME = /^[A-Z][A-Z0-9_]+/;
const NAMED_FILE = '_FILE cannot be read';

/** The source of a value, for settings of which the problem itself does not say enough. */
const SOURCES: Readonly<Record<string, string>> = {
  CRM_WEBHOOK_URL:
    'Put the https:// address that the CRM team names into CRM_WEBHOOK_URL; http:// and private addresses also need CRM_WEBHOOK_ALLOW_PRIVATE=true.',
  DATA_KEY:
    'Where there is data already, set the key that it was encrypted with, from the copy beside the backups; otherwise npm run data-key makes one for DATA_KEY or DATA_KEY_FILE.',
  GENESYS_DEPLOYMENT_ID:
    'Copy the id into GENESYS_DEPLOYMENT_ID (Genesys Cloud Admin, Message, Messenger Deployments).',
  GENESYS_ORIGIN:
    'Set GENESYS_ORIGIN to https:// and one of the allowed domains of the deployment (Genesys Cloud Admin, Message, Messenger Deployments).',
};

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
  if (problem.includes(NAMED_FILE)) return `Correct the path in ${name}, or mount the file.`;
  return (
    SOURCES[name] ?? `Set ${name} in the environment of the service by this rule; .env.example describes it.`
  );
}
