import type { AccessConfig } from '../config/access.config';
import { Check } from './check';
import { type Finding, ok, warning } from './finding';
import { SettingsCheck } from './settings-check';

/** Whether callers need a credential. */
export class AccessCheck extends Check {
  override readonly name = 'access';
  override readonly needs = [SettingsCheck.NAME];
  override readonly fixOfTimeout = 'Check ACCESS_MODE.';

  constructor(private readonly config: Pick<AccessConfig, 'mode'>) {
    super();
  }

  override run(): Promise<readonly Finding[]> {
    return Promise.resolve([findingOf(this.config.mode)]);
  }
}

function findingOf(mode: AccessConfig['mode']): Finding {
  if (mode === 'keys') return ok('callers need an API key');
  if (mode === 'jwt') return ok('callers need a token');
  const reach = mode === 'open' ? 'every program on this machine' : 'every client that reaches the service';
  return warning(
    `ACCESS_MODE is ${mode}: ${reach} may do everything`,
    'Set ACCESS_MODE=keys, and API_KEYS or API_KEYS_FILE to a JSON list of the entries that npm run key prints, one for each caller with the scopes that it needs; or set ACCESS_MODE=jwt.',
  );
}
