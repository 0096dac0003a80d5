import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DataRefusedError } from '../common/errors/data-refused.errors';
import { RequestContext } from '../common/logging/request-context';
import { LogThrottle } from '../common/logging/log-throttle';
import { PoisonMessageReporter } from '../common/poison/poison-message-reporter';
import { Loop } from '../common/time/loop';
import { actorOf, UNKNOWN_ACTOR } from './domain/audit-actor';
import type { AuditFact } from './domain/audit-record';
import { standingFor } from './domain/suppressed';
import { AuditTrail } from './ports/audit-trail';

const WINDOW_MS = 60_000;
/** Pause before another attempt at a record that could not be written. */
const RETRY_MS = 1_000;
const MAX_KINDS = 10_000;
/** Maximum number of records in one transaction when windows are closed. */
const BATCH = 100;
const COMPLAIN_EVERY_MS = 10_000;

interface Window {
  /** The first fact of its kind, with its actor. */
  readonly fact: AuditFact;
  /** True if it counts facts of several kinds, none of which its records may name. */
  readonly isShared: boolean;
  /** Time of the last record of the kind. */
  at: number;
  suppressed: number;
  /** Settles once that record is committed. */
  written: Promise<void>;
}

/**
 * Records the first fact of each kind in a minute, and counts the others: the next record of the kind, or one that
 * closes the window when no other comes, stands for them too, with `suppressed` as the number of further ones. Kinds
 * do not affect each other. Counts not yet recorded are lost in a crash, but not in an orderly stop.
 *
 * If the database refuses the record of a window, the window is set aside with its count; the others are closed.
 *
 * Memory is bounded: facts beyond 10,000 kinds in a minute are counted by action, without an actor.
 */
@Injectable()
export class AuditThrottle implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(AuditThrottle.name);
  private readonly complaints = new LogThrottle(COMPLAIN_EVERY_MS);
  private readonly windows = new Map<string, Window>();
  private readonly loop = new Loop(
    WINDOW_MS,
    () => this.close(performance.now() - WINDOW_MS),
    (error) => {
      this.failed(error);
    },
  );

  constructor(
    private readonly trail: AuditTrail,
    private readonly poison: PoisonMessageReporter,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.startLater();
  }

  /** Requests are still answered at this point: `settle` records their counts. */
  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  /** Records all remaining counts; call it after the last request and before the database closes. */
  async settle(): Promise<void> {
    await this.loop.stop();
    await this.close(Infinity).catch((error: unknown) => {
      this.failed(error);
    });
  }

  /**
   * Resolves once a record of the kind in this window is committed, the fact's own or an earlier one. Rejects if it
   * cannot be written, and then for a second without another attempt.
   */
  record(kind: string, fact: AuditFact): Promise<void> {
    const window = this.windowOf(kind, fact);
    const now = performance.now();
    if (now - window.at < WINDOW_MS) {
      window.suppressed += 1;
      return window.written;
    }
    const { suppressed } = window;
    const first = window.isShared ? window.fact : fact;
    const written = this.trail.record(standingFor(suppressed + 1, first));
    Object.assign(window, { at: now, suppressed: 0, written });
    window.written.catch(() => {
      window.at = now - WINDOW_MS + RETRY_MS;
      window.suppressed += suppressed + 1;
    });
    return window.written;
  }

  /** Counts the fact in the record that closes its window. */
  count(kind: string, fact: AuditFact): void {
    this.windowOf(kind, fact).suppressed += 1;
  }

  failed(error: unknown): void {
    this.complaints.say((count) => {
      this.log.error({ message: 'Audit write failed', count, error });
    });
  }

  private windowOf(kind: string, fact: AuditFact): Window {
    const found = this.windows.get(kind);
    if (found !== undefined) return found;
    const isShared = kind === fact.action;
    if (this.windows.size >= MAX_KINDS && !isShared) return this.windowOf(fact.action, unspecific(fact));
    const attributed = { ...fact, actor: fact.actor ?? actorOf(RequestContext) };
    const window = { fact: attributed, isShared, at: -Infinity, suppressed: 0, written: Promise.resolve() };
    this.windows.set(kind, window);
    return window;
  }

  /** Records the counts of the windows that began before a moment, and drops those without counts. */
  private async close(before: number): Promise<void> {
    const over = [...this.windows].filter(([, { at }]) => at <= before);
    for (const [kind, { suppressed }] of over) if (suppressed === 0) this.windows.delete(kind);
    const failures: unknown[] = [];
    const left = over.filter(([, { suppressed }]) => suppressed > 0);
    for (let index = 0; index < left.length; index += BATCH) {
      const slice = left.slice(index, index + BATCH);
      await this.closeOrSetAside(slice).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  /** Writes records one by one if they are refused together, and sets aside those that are refused individually. */
  private async closeOrSetAside(entries: readonly (readonly [string, Window])[]): Promise<void> {
    try {
      await this.closeSome(entries.map(([, window]) => window));
    } catch (error) {
      if (!(error instanceof DataRefusedError)) throw error;
      if (entries.length > 1) for (const entry of entries) await this.closeOrSetAside([entry]);
      else for (const [kind] of entries) this.setAside(kind, error);
    }
  }

  private setAside(kind: string, error: DataRefusedError): void {
    this.windows.delete(kind);
    this.poison.report('audit', kind, error);
  }

  private async closeSome(windows: readonly Window[]): Promise<void> {
    const at = performance.now();
    const counts = windows.map(({ suppressed }) => suppressed);
    const written = this.trail.record(
      ...windows.map(({ fact, suppressed }) => standingFor(suppressed, fact)),
    );
    for (const window of windows) Object.assign(window, { at, suppressed: 0, written });
    try {
      await written;
    } catch (error) {
      windows.forEach((window, index) => {
        window.at = at - WINDOW_MS + RETRY_MS;
        window.suppressed += counts[index] ?? 0;
      });
      throw error;
    }
  }
}

function unspecific({ action, target, outcome }: AuditFact): AuditFact {
  return {
    action,
    target: { type: target.type, id: '*' },
    ...(outcome === undefined ? {} : { outcome }),
    actor: UNKNOWN_ACTOR,
  };
}
