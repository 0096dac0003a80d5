import type { GenesysDiagnostics, PlatformAnswer } from '../genesys/genesys-diagnostics';
import { Check } from './check';
import { failure, type Finding, ok, warning } from './finding';
import { connectionCheckOf } from './hosts';
import { loginCheckOf } from './login-check';
import type { PermissionProbe } from './permission-probes';
import { reasonOf } from './upstream-reason';

const PAGE = 'Genesys Cloud Admin, People & Permissions, Roles / Permissions';

/** The name of the check of an OAuth client's permissions. */
export function permissionCheckOf(clientId: string): string {
  return `permissions ${clientId}`;
}

/**
 * Whether an OAuth client may make the calls of its channels, by reads of resources that do not exist. Permissions of calls
 * that change something are named and not checked.
 */
export class PermissionCheck extends Check {
  override readonly name: string;
  override readonly needs: readonly string[];
  override readonly timeoutMs = 30_000;
  override readonly fixOfTimeout = 'Look at the status page of the region.';

  constructor(
    private readonly clientId: string,
    private readonly probes: readonly PermissionProbe[],
    private readonly unchecked: readonly string[],
    private readonly genesys: Pick<GenesysDiagnostics, 'read'>,
  ) {
    super();
    this.name = permissionCheckOf(clientId);
    this.needs = [loginCheckOf(clientId), connectionCheckOf({ name: 'api' })];
  }

  override async run(signal: AbortSignal): Promise<readonly Finding[]> {
    const findings: Finding[] = [];
    for (const probe of this.probes) {
      const finding = await this.faultOf(probe, signal);
      if (finding !== undefined) findings.push(finding);
    }
    if (findings.length > 0) return findings;
    const checked = this.probes.map(({ permissions }) => permissions.join(' or ')).join(', ');
    const others = this.unchecked.length === 0 ? '' : `; not checked: ${this.unchecked.join(', ')}`;
    return [ok(`${checked === '' ? 'nothing to read' : `has ${checked}`}${others}`)];
  }

  private async faultOf(probe: PermissionProbe, signal: AbortSignal): Promise<Finding | undefined> {
    try {
      return this.faultIn(probe, await this.genesys.read(probe.path, this.clientId, signal));
    } catch (error) {
      return failure(`no answer of the API: ${reasonOf(error)}`, this.fixOfTimeout);
    }
  }

  private faultIn(probe: PermissionProbe, answer: PlatformAnswer): Finding | undefined {
    const { status, permissions, correlationId } = answer;
    if (status === 403) return this.missing(permissions.length > 0 ? permissions : probe.permissions, probe);
    if (status === 401)
      return failure(
        'the API refuses the token of the login (401)',
        'GENESYS_LOGIN_URL and GENESYS_API_URL must be of the same region, or set GENESYS_REGION alone.',
      );
    if (status === 429)
      return warning('the client has no requests left in this minute (429)', 'Try again in a minute.');
    if (status < 500) return undefined;
    const correlation = correlationId === undefined ? '' : `, correlation id ${correlationId}`;
    return warning(`the API failed with status ${status}${correlation}`, this.fixOfTimeout);
  }

  private missing(permissions: readonly string[], { purpose, isRequired }: PermissionProbe): Finding {
    const list = permissions.join(' or ');
    const report = isRequired ? failure : warning;
    return report(
      `lacks ${list}, by which the service ${purpose} (403)`,
      `Add ${list} to a role of the OAuth client (${PAGE}; Integrations, OAuth, Roles).`,
    );
  }
}
