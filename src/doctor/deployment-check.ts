import { UpstreamForbiddenError, UpstreamRejectedError } from '../common/errors/upstream.errors';
import type { WebMessagingConfig } from '../config/web-messaging.config';
import type { AllowedDomains, GenesysDiagnostics } from '../genesys/genesys-diagnostics';
import { Check } from './check';
import { failure, type Finding, ok, skipped, warning } from './finding';
import { connectionCheckOf } from './hosts';
import { SettingsCheck } from './settings-check';
import { reasonOf } from './upstream-reason';

type Deployment = Awaited<ReturnType<GenesysDiagnostics['deployment']>>;

const DEPLOYMENTS = 'Genesys Cloud Admin, Message, Messenger Deployments';
const CONFIGURATIONS = 'Genesys Cloud Admin, Message, Messenger Configurations';

/** The public description of the web messaging deployment, as far as the service depends on it. */
export class DeploymentCheck extends Check {
  static readonly NAME = 'deployment';
  override readonly name = DeploymentCheck.NAME;
  override readonly needs: readonly string[];
  override readonly fixOfTimeout =
    'Allow connections to the host of the CDN, or look at the status page of the region.';

  constructor(
    private readonly config: WebMessagingConfig,
    private readonly genesys: Pick<GenesysDiagnostics, 'deployment' | 'allowedDomains'>,
  ) {
    super();
    this.needs = [config.isComplete ? connectionCheckOf({ name: 'cdn' }) : SettingsCheck.NAME];
  }

  override async run(signal: AbortSignal): Promise<readonly Finding[]> {
    const { deploymentId, isComplete } = this.config;
    if (!isComplete) return [skipped('GENESYS_DEPLOYMENT_ID and GENESYS_ORIGIN are not set')];
    try {
      const deployment = await this.genesys.deployment();
      const faults = [...faultsOf(deployment), ...(await this.originFaults(signal))];
      return faults.length > 0
        ? faults
        : [ok(`active, and allows ${this.config.origin}${notesOn(deployment)}`)];
    } catch (error) {
      return [unreadable(error, deploymentId)];
    }
  }

  private async originFaults(signal: AbortSignal): Promise<readonly Finding[]> {
    const { origin } = this.config;
    const allowed = await this.genesys.allowedDomains(signal);
    if (allowed === undefined)
      return [
        warning(
          'the list of allowed domains cannot be read',
          `Run with --try-session, or compare GENESYS_ORIGIN with ${DEPLOYMENTS}.`,
        ),
      ];
    if (allows(allowed, origin)) return [];
    return [
      failure(
        `the deployment does not allow ${origin}`,
        `Set GENESYS_ORIGIN to an allowed domain, or add ${new URL(origin).hostname} to the domains (${DEPLOYMENTS}).`,
      ),
    ];
  }
}

function allows({ all, domains }: AllowedDomains, origin: string): boolean {
  const { hostname } = new URL(origin);
  return all || domains.some((domain) => hostname === domain || isBelow(hostname, domain));
}

function isBelow(hostname: string, domain: string): boolean {
  return domain.startsWith('*.') && hostname.endsWith(domain.slice(1));
}

/** The CDN answers 403 or 404 for a deployment that does not exist. */
function unreadable(error: unknown, deploymentId: string): Finding {
  const isUnknown =
    error instanceof UpstreamForbiddenError || (error instanceof UpstreamRejectedError && error.gone);
  if (isUnknown)
    return failure(
      `there is no deployment ${deploymentId}`,
      `Copy the id from ${DEPLOYMENTS} into GENESYS_DEPLOYMENT_ID, and check GENESYS_CDN_URL or GENESYS_REGION.`,
    );
  return failure(
    `the deployment cannot be read: ${reasonOf(error)}`,
    'Check GENESYS_CDN_URL or GENESYS_REGION.',
  );
}

function faultsOf({ isActive, endDetection, requiresLogin }: Deployment): Finding[] {
  const faults: Finding[] = [];
  if (!isActive)
    faults.push(
      failure('the deployment is inactive', `Activate it (${DEPLOYMENTS}), or change GENESYS_DEPLOYMENT_ID.`),
    );
  if (endDetection === 'none')
    faults.push(
      warning(
        'Conversation Disconnect is off: the end of a conversation by the agent is not signalled',
        `Turn on Conversation Disconnect (${CONFIGURATIONS}) of the configuration of GENESYS_DEPLOYMENT_ID.`,
      ),
    );
  if (requiresLogin)
    faults.push(
      warning(
        'guests have to authenticate: sessions without it cannot send messages',
        `Send "authentication" with each session, or turn on the session upgrade (${CONFIGURATIONS}) for GENESYS_DEPLOYMENT_ID.`,
      ),
    );
  return faults;
}

/** Features that are off by choice: no fault. */
function notesOn({ allowsClear, allowsLogin }: Deployment): string {
  const off = [...(allowsClear ? [] : ['Clear Conversation']), ...(allowsLogin ? [] : ['authentication'])];
  return off.length === 0 ? '' : `; off: ${off.join(', ')}`;
}
