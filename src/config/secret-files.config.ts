import type { Environment } from './environment';
import type { Followed } from './reloading-file';

/** The files that hold secrets and are followed while the process runs. */
export class SecretFilesConfig {
  /** Those that the other settings have asked for; it grows while they are made. */
  readonly files: readonly Followed[];

  constructor(environment: Environment) {
    this.files = environment.followed;
  }
}
