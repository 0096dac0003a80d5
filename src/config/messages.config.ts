import type { Environment } from './environment';

/** Limits of concurrent work on conversations. */
export class MessagesConfig {
  /** Files that this process forwards at a time. */
  readonly maxUploads: number;
  /** The limit per caller, if the deployment sets one. */
  readonly maxUploadsPerCaller: number | undefined;

  constructor(environment: Environment) {
    this.maxUploads = environment.UPLOAD_MAX_CONCURRENT;
    this.maxUploadsPerCaller = environment.UPLOAD_MAX_PER_CALLER;
  }
}
