import type { Environment } from './environment';

/** Limits of concurrent work on conversations. */
export class MessagesConfig {
  /** Files that this process hands on at a time. */
  readonly maxUploads: number;
  /** Those of one caller, where the deployment says. */
  readonly maxUploadsPerCaller: number | undefined;

  constructor(environment: Environment) {
    this.maxUploads = environment.UPLOAD_MAX_CONCURRENT;
    this.maxUploadsPerCaller = environment.UPLOAD_MAX_PER_CALLER;
  }
}
