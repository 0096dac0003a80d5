import type { CrmDiagnostics } from '../crm/crm-diagnostics';
import { Check } from './check';
import { failure, type Finding, ok, skipped, warning } from './finding';
import { ProxyCheck } from './proxy-check';
import { SettingsCheck } from './settings-check';

type Attempt = Awaited<ReturnType<CrmDiagnostics['test']>>;

interface CrmFacts {
  /** The host of `CRM_WEBHOOK_URL`; undefined without a CRM. */
  readonly host: string | undefined;
  readonly isSigned: boolean;
  /** Whether the proxy is on the way. */
  readonly isProxied: boolean;
}

/** Sends one test event to the CRM, which the contract of webhooks has receivers accept without an effect. */
export class CrmCheck extends Check {
  override readonly name = 'crm';
  override readonly needs: readonly string[];
  override readonly timeoutMs = 20_000;
  override readonly fixOfTimeout = 'Check CRM_WEBHOOK_URL.';

  constructor(
    private readonly facts: CrmFacts,
    private readonly crm: Pick<CrmDiagnostics, 'test'>,
  ) {
    super();
    this.needs = [SettingsCheck.NAME, ...(facts.isProxied ? [ProxyCheck.NAME] : [])];
  }

  override async run(): Promise<readonly Finding[]> {
    const { host, isSigned } = this.facts;
    if (host === undefined) return [skipped('CRM_WEBHOOK_URL is not set')];
    const attempt = await this.crm.test();
    if (attempt.error !== undefined) return [refusalOf(attempt, host)];
    const { latencyMs } = attempt;
    if (isSigned)
      return [
        ok(
          `${host} accepted a signed test event (${latencyMs} ms); whether it verifies signatures, only the CRM team can tell`,
        ),
      ];
    return [
      warning(
        `${host} accepted a test event (${latencyMs} ms) that was not signed: the receiver cannot tell events from forged ones`,
        'Set CRM_WEBHOOK_SECRET or CRM_WEBHOOK_SECRET_FILE to the secret that the receiver verifies with: whsec_ and 24 to 64 bytes in base64.',
      ),
    ];
  }
}

function refusalOf({ status, error = '' }: Attempt, host: string): Finding {
  if (error === 'address not allowed')
    return failure(
      `${host} has no public address, so that nothing was sent`,
      'Correct CRM_WEBHOOK_URL, or set CRM_WEBHOOK_ALLOW_PRIVATE=true for a CRM in a network of your own.',
    );
  if (status === undefined)
    return failure(
      `${host} gives no answer: ${error}`,
      'Correct CRM_WEBHOOK_URL, or allow the connection in the firewall or at the proxy.',
    );
  return failure(`${host} refused the test event with status ${status}`, fixOf(status));
}

function fixOf(status: number): string {
  if (status >= 300 && status < 400)
    return 'Put the final address into CRM_WEBHOOK_URL: redirects are not followed.';
  if (status === 401 || status === 403)
    return 'Compare CRM_WEBHOOK_SECRET, and user and password in CRM_WEBHOOK_URL, with those of the receiver.';
  if (status === 404 || status === 410)
    return 'Correct the path in CRM_WEBHOOK_URL, which is part of the address that the CRM team names.';
  if (status === 429) return 'Lower SYNC_MAX_PER_SECOND, or raise the limit of the receiver.';
  if (status >= 500) return 'Look at the log of the receiver of CRM_WEBHOOK_URL; events wait 72 hours.';
  return 'Have the receiver of CRM_WEBHOOK_URL answer 2xx to events of the type session.test.';
}
