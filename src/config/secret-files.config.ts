import type { Environment } from './environment';
import type { Followed } from './reloading-file';

/** The files that hold secrets and are followed while the process runs. */
export class SecretFilesConfig {
  /** The files that other settings have requested; the list grows while the settings are created. */
  readonly files: readonly Followed[];

  constructor(environment: Environment) {
    this.files = environment.followed;
  }
}
