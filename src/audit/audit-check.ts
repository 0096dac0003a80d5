import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { sleep } from '../common/time/sleep';
import { Loop } from '../common/time/loop';
import { AuditExport } from './audit-export';
import { type ExportHeader, headerIn } from './domain/audit-export';
import { type AuditFinding, AuditVerifier } from './domain/audit-verifier';
import { AuditObserver } from './ports/audit-observer';

const PAUSE_MS = 6 * 3_600_000;
/** Delay after the start, when other work is more urgent. */
const FIRST_AFTER_MS = 60_000;
/** Pause between two pages, which leaves the database to callers. */
const REST_MS = 50;

/**
 * Verifies the service's own trail periodically, each time also against the heads of the check before. A fault that
 * was found stays reported until the process ends.
 */
@Injectable()
export class AuditCheck implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(AuditCheck.name);
  private readonly abort = new AbortController();
  private readonly loop = new Loop(
    PAUSE_MS,
    async () => {
      await this.run();
    },
    (error) => {
      this.log.warn({ message: 'Audit trail check failed; retrying', error });
    },
  );
  private known: ExportHeader | undefined;
  private isWhole = true;

  constructor(
    private readonly exporting: AuditExport,
    private readonly observer: AuditObserver,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.startLater(FIRST_AFTER_MS);
  }

  async onModuleDestroy(): Promise<void> {
    this.abort.abort();
    await this.loop.stop();
  }

  /** Reads the whole trail; resolves with the first fault. Undefined also when the process stops meanwhile. */
  async run(): Promise<AuditFinding | undefined> {
    const verifier = new AuditVerifier(this.known);
    const { signal } = this.abort;
    let header: ExportHeader | undefined;
    for await (const page of this.exporting.read()) {
      for (const line of page.trimEnd().split('\n')) {
        header ??= headerIn(JSON.parse(line));
        verifier.take(line);
      }
      await sleep(REST_MS, signal);
      if (signal.aborted) return undefined;
    }
    verifier.end();
    this.conclude(verifier.finding, header);
    return verifier.finding;
  }

  private conclude(finding: AuditFinding | undefined, header: ExportHeader | undefined): void {
    if (finding === undefined) this.known = header;
    this.isWhole &&= finding === undefined;
    this.observer.checked(this.isWhole);
    if (finding === undefined) return;
    const { record = '', what } = finding;
    this.log.error({ message: `Audit chain broken: record ${record}`, reason: what });
  }
}
