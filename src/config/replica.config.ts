import type { Environment } from './environment';

/** How this process is known to others that work on the same data. */
export class ReplicaConfig {
  /** Where they reach it; empty when they cannot. */
  readonly address: string;

  constructor(environment: Environment) {
    this.address = (environment.REPLICA_URL ?? '').replace(/\/+$/, '');
  }
}
