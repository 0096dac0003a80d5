import { UpstreamForbiddenError } from '../common/errors/upstream.errors';
import type { GenesysDiagnostics } from '../genesys/genesys-diagnostics';
import { Check } from './check';
import { DeploymentCheck } from './deployment-check';
import { failure, type Finding, ok } from './finding';
import { connectionCheckOf } from './hosts';
import { reasonOf } from './upstream-reason';

/** Opens a guest session over the WebSocket and closes it at once. No conversation begins. */
export class GuestSessionCheck extends Check {
  override readonly name = 'guest session';
  override readonly needs = [DeploymentCheck.NAME, connectionCheckOf({ name: 'messaging' })];
  override readonly fixOfTimeout =
    'Check GENESYS_MESSAGING_URL or GENESYS_REGION, and whether a proxy passes WebSockets.';

  constructor(private readonly genesys: Pick<GenesysDiagnostics, 'tryGuestSession'>) {
    super();
  }

  override async run(signal: AbortSignal): Promise<readonly Finding[]> {
    try {
      const { allowsFiles } = await this.genesys.tryGuestSession(signal);
      const files = allowsFiles === undefined ? '' : `; guests may send ${allowsFiles ? '' : 'no '}files`;
      return [ok(`connected, configured and closed${files}`)];
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof UpstreamForbiddenError)
        return [
          failure(
            'the guest WebSocket refuses the origin (403)',
            'Set GENESYS_ORIGIN to an allowed domain (Genesys Cloud Admin, Message, Messenger Deployments).',
          ),
        ];
      return [failure(`no guest session: ${reasonOf(error)}`, this.fixOfTimeout)];
    }
  }
}
