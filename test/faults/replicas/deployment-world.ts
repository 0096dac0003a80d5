import { aCaller, keysOf, type TestCaller } from '../../support/callers';
import { HAProxy } from '../../support/haproxy';
import { ReplicaWorld } from './replica-world';

/** Callers of the deployment: as deploy/README.md makes their keys. */
export interface DeploymentCallers {
  readonly load: TestCaller;
  readonly prometheus: TestCaller;
}

/** Three replicas on one PostgreSQL with the channels of guests, behind HAProxy with the shipped configuration. */
export class DeploymentWorld implements AsyncDisposable {
  private constructor(
    readonly replicas: ReplicaWorld,
    readonly proxy: HAProxy,
    readonly callers: DeploymentCallers,
  ) {}

  /** The heartbeats of the replicas' defaults, not the shortened ones of the other scenarios. */
  static async start(entry: string | undefined): Promise<DeploymentWorld> {
    const callers = {
      load: aCaller('load', [
        'sessions.read',
        'sessions.write',
        'sessions.end',
        'messages.read',
        'messages.write',
      ]),
      prometheus: aCaller('prometheus', ['sessions.read']),
    };
    const environment = {
      ...keysOf(callers.load, callers.prometheus),
      HEARTBEAT_MAX_INTERVAL_MS: '10000',
      SHUTDOWN_MODE: 'handover',
    };
    const replicas = await ReplicaWorld.start({ ...(entry && { entry }), environment, webMessaging: true });
    try {
      const proxy = await HAProxy.start(replicas.replicas.map(({ url }) => new URL(url).host));
      return new DeploymentWorld(replicas, proxy, callers);
    } catch (error) {
      await replicas[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
    await this.replicas[Symbol.asyncDispose]();
  }
}
