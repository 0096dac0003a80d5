import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SecretFilesConfig } from '../config/secret-files.config';
import { HealthChecks } from '../health/health-checks';
import { SecretFilesTelemetry } from './secret-files.telemetry';

const PAUSE_MS = 5_000;

/**
 * Follows the files of secrets on every replica alike, whether or not the secrets are in use: every replica notices a
 * rotation within five seconds, and reports an unusable file once, in the readiness detail `secret-files` and as a
 * metric. Users of a secret also check its file themselves, right before they need it.
 */
@Injectable()
export class SecretFilesService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly unusable = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly config: SecretFilesConfig,
    private readonly telemetry: SecretFilesTelemetry,
    checks: HealthChecks,
  ) {
    if (config.files.length === 0) return;
    telemetry.watch(() =>
      Object.fromEntries(config.files.map((file) => [file.setting, () => +file.isStale])),
    );
    checks.inform('secret-files', () =>
      Object.fromEntries(config.files.map(({ setting, isStale }) => [setting, isStale ? 'unusable' : 'ok'])),
    );
  }

  onApplicationBootstrap(): void {
    if (this.config.files.length === 0) return;
    this.follow();
    this.timer = setInterval(() => {
      this.follow();
    }, PAUSE_MS);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Checks every file once. */
  follow(): void {
    for (const file of this.config.files) {
      file.follow();
      this.tell(file.setting, file.isStale);
    }
  }

  private tell(setting: string, isStale: boolean): void {
    if (isStale === this.unusable.has(setting)) return;
    if (isStale) {
      this.unusable.add(setting);
      this.telemetry.unusable(setting);
    } else {
      this.unusable.delete(setting);
      this.telemetry.usable(setting);
    }
  }
}
