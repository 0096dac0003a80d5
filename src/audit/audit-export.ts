import { Injectable } from '@nestjs/common';
import { Drain } from '../common/lifecycle/drain';
import { RequestBulkhead } from '../common/limits/request-bulkhead';
import type { ReleasePlace } from '../common/limits/caller-bulkhead';
import { pause } from '../common/time/pause';
import { Clock } from '../common/time/clock';
import { AccessConfig } from '../config/access.config';
import { type ExportedChain, type ExportHeader, headerOf } from './domain/audit-export';
import { AuditTrail } from './ports/audit-trail';

const PAGE = 500;
/** Maximum number of concurrent exports: each reads page after page from the database. */
const AT_A_TIME = 4;
/** Rest after a page, in multiples of the time that it took: nine tenths of the time are left to requests. */
const REST_PER_WORK = 9;

const ignore = (): void => undefined;

/**
 * Exports the audit trail line by line, as it is at the moment of the first line. Concurrent exports take turns, page by
 * page, so that together they use no more of the process and of the database than one.
 */
@Injectable()
export class AuditExport {
  private readonly places: RequestBulkhead;
  /** Settles when the last page that was asked for has been read, and its rest is over. */
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly trail: AuditTrail,
    private readonly clock: Clock,
    private readonly drain: Drain,
    access: AccessConfig,
  ) {
    this.places = new RequestBulkhead(AT_A_TIME, () =>
      access.isShared('audit.read') ? AT_A_TIME / 2 : AT_A_TIME,
    );
  }

  /** Takes a place for an export, for as long as its stream lives. Throws `TooManyInFlightError`. */
  begin(): ReleasePlace {
    return this.places.take();
  }

  /** Streams the export. The export itself is audited before the first line. */
  async *lines(): AsyncGenerator<string, void> {
    const header = await this.header();
    const detail = { records: header.records };
    await this.trail.record({ action: 'AUDIT_EXPORTED', target: { type: 'audit', id: '*' }, detail });
    yield* this.linesAfter(header);
  }

  /**
   * The lines of an export, the header first and then many at a time. It throws when the process stops, the database
   * fails, or retention drops records that were still to come: the export then ends early, which the verifier
   * reports.
   */
  async *read(): AsyncGenerator<string, void> {
    yield* this.linesAfter(await this.header());
  }

  private async header(): Promise<ExportHeader> {
    return headerOf(await this.trail.chains(), this.clock.now());
  }

  private async *linesAfter(header: ExportHeader): AsyncGenerator<string, void> {
    yield `${JSON.stringify(header)}\n`;
    for (const chain of header.chains) yield* this.recordsOf(chain);
  }

  private async *recordsOf({ chain, after, head }: ExportedChain): AsyncGenerator<string> {
    for (let seq = after.seq; seq < head.seq;) {
      const start = seq;
      const { lines, last } = await this.inTurn(() => this.page(chain, start, head.seq));
      seq = last;
      yield lines;
    }
  }

  /** The next lines, and the number of their last record. */
  private async page(chain: number, after: number, head: number): Promise<{ lines: string; last: number }> {
    const records = await this.trail.page(chain, after, head, PAGE);
    const last = records.at(-1)?.seq ?? after;
    if (last - after !== records.length || records.length === 0)
      throw new Error('Audit records were dropped during the export.');
    return { lines: records.map((record) => `${JSON.stringify(record)}\n`).join(''), last };
  }

  /** Reads a page once the pages before it, and their rests, are over. Rejects when the process stops. */
  private inTurn<T>(read: () => Promise<T>): Promise<T> {
    const { signal } = this.drain;
    let startedAt = 0;
    const page = this.turn.then(() => {
      signal.throwIfAborted();
      startedAt = performance.now();
      return read();
    });
    // A slow page is a sign of load, and is followed by a longer rest.
    const rest = (): Promise<void> => pause(REST_PER_WORK * (performance.now() - startedAt), signal);
    // The export itself reports a page that failed.
    this.turn = page.then(rest).catch(ignore);
    return page;
  }
}
