import type { Environment } from './environment';
import { isEventSecretList, splitEventSecrets } from './event-secret-list';
import { ReloadingFile } from './reloading-file';

/** The senders of platform events over HTTP. Secrets in a file follow it. */
export class PlatformEventsConfig {
  private known: readonly string[];
  private readonly file: ReloadingFile<readonly string[]>;

  constructor(environment: Environment) {
    this.known = environment.GENESYS_EVENTS_SECRET ?? [];
    this.file = ReloadingFile.of(environment, 'GENESYS_EVENTS_SECRET', listIn, (secrets) => {
      for (const secret of secrets) environment.secrets.add(secret);
      this.known = secrets;
    });
  }

  /** In the order of the setting; without one, no event is accepted over HTTP. */
  get secrets(): readonly string[] {
    this.file.follow();
    return this.known;
  }
}

function listIn(text: string): readonly string[] | undefined {
  const secrets = splitEventSecrets(text);
  return isEventSecretList(secrets) ? secrets : undefined;
}
