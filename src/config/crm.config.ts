import type { Environment } from './environment';

/** The receiver of session events. */
export class CrmConfig {
  /** Absent: there is no CRM. */
  readonly webhookUrl: string | undefined;

  constructor(environment: Environment) {
    this.webhookUrl = environment.CRM_WEBHOOK_URL;
  }
}
