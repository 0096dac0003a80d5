import type { StreamableFile } from '@nestjs/common';
import { RequestContext } from '../common/logging/request-context';
import { Drain } from '../common/lifecycle/drain';
import { ShuttingDownError } from '../common/lifecycle/shutting-down.errors';
import { SystemClock } from '../common/time/system-clock';
import { AccessConfig } from '../config/access.config';
import { Environment } from '../config/environment';
import { AuditController } from './audit.controller';
import { AuditExport } from './audit-export';
import { AuditQueries } from './audit.queries';
import { AuditVerifier } from './domain/audit-verifier';
import { FakeAuditTrail } from './ports/audit-trail.fake';

let trail: FakeAuditTrail;
let drain: Drain;
let exporting: AuditExport;

beforeEach(() => {
  trail = new FakeAuditTrail();
  drain = new Drain();
  const access = new AccessConfig(Object.assign(new Environment(), { ACCESS_MODE: 'jwt' }));
  exporting = new AuditExport(trail, new SystemClock(), drain, access);
});

async function exported(afterHeader: () => void = () => undefined): Promise<string> {
  let text = '';
  for await (const lines of exporting.lines()) {
    if (text === '') afterHeader();
    text += lines;
  }
  return text;
}

/** Makes each page take 100 ms; returns the times at which pages are read. */
function slowPages(): readonly number[] {
  const page = trail.page.bind(trail);
  const readAt: number[] = [];
  trail.page = async (...range) => {
    readAt.push(performance.now());
    await new Promise((resolve) => setTimeout(resolve, 100));
    return page(...range);
  };
  return readAt;
}

function sinceFirst(times: readonly number[]): number[] {
  return times.map((at) => at - (times[0] ?? 0));
}

function findingIn(text: string): unknown {
  const verifier = new AuditVerifier();
  for (const line of text.trimEnd().split('\n')) verifier.take(line);
  verifier.end();
  return verifier.finding ?? verifier.records;
}

describe(AuditExport.name, () => {
  it('is complete over several pages, and recorded', async () => {
    trail.fill(2, 1_234);
    trail.fill(5, 3);

    expect(findingIn(await exported())).toBe(1_237);
    expect(trail.facts).toEqual([
      expect.objectContaining({ action: 'AUDIT_EXPORTED', detail: { records: 1_237 } }),
    ]);
  });

  it('ends at the heads that the chains had when it began', async () => {
    trail.fill(2, 10);

    const text = await exported(() => {
      trail.fill(2, 10);
    });
    expect(findingIn(text)).toBe(10);
  });

  it('pauses nine times as long as a page took before the next one', async () => {
    jest.useFakeTimers();
    trail.fill(2, 1_234);
    const readAt = slowPages();
    const all = exported();
    await jest.advanceTimersByTimeAsync(2_100);
    jest.useRealTimers();

    expect(findingIn(await all)).toBe(1_234);
    expect(sinceFirst(readAt)).toEqual([0, 1_000, 2_000]);
  });

  it('reads the pages of concurrent exports in turns, each with its pause', async () => {
    jest.useFakeTimers();
    trail.fill(2, 900);
    const readAt = slowPages();
    const both = Promise.all([exported(), exported()]);
    await jest.advanceTimersByTimeAsync(3_100);
    jest.useRealTimers();

    expect((await both).map(findingIn)).toEqual([900, 900]);
    expect(sinceFirst(readAt)).toEqual([0, 1_000, 2_000, 3_000]);
  });

  it('goes on with other exports after one has failed', async () => {
    trail.fill(2, 10);
    const page = trail.page.bind(trail);
    trail.page = () => Promise.reject(new Error('down'));
    await expect(exported()).rejects.toThrow('down');
    trail.page = page;

    expect(findingIn(await exported())).toBe(10);
  });

  it('leaves exports to other callers when one caller does not read those that fill its share', async () => {
    trail.fill(2, 1_234);
    const controller = new AuditController(new AuditQueries(trail), exporting);
    const exportAs = (caller: string): Promise<StreamableFile> =>
      RequestContext.run('request', () => {
        RequestContext.actAs(caller);
        return controller.export();
      });
    const unread = [await exportAs('greedy'), await exportAs('greedy')];

    await expect(exportAs('greedy')).rejects.toMatchObject({ code: 'too-many-in-flight', reason: 'caller' });
    await exportAs('other');
    unread[0]?.getStream().destroy();
    await new Promise((resolve) => setImmediate(resolve));
    await exportAs('greedy');
    await exportAs('other');
    await expect(exportAs('third')).rejects.toMatchObject({ reason: 'all' });
  });

  it('frees the place of an export that fails before its first line', async () => {
    const controller = new AuditController(new AuditQueries(trail), exporting);
    trail.failure = new Error('down');
    for (let attempt = 0; attempt < 10; attempt += 1)
      await expect(controller.export()).rejects.toThrow('down');
  });

  it('outputs nothing if it cannot be recorded', async () => {
    trail.fill(2, 10);
    trail.failure = new Error('down');

    await expect(exporting.lines().next()).rejects.toThrow('down');
  });

  it('breaks off when records are dropped, and when the process stops', async () => {
    trail.fill(2, 10);
    const shortened = exported(() => {
      trail.shorten(2);
    });
    await expect(shortened).rejects.toThrow('dropped during');

    jest.useFakeTimers();
    const stopped = exported(() => {
      drain.begin();
      jest.advanceTimersByTime(Drain.GRACE_MS);
    });
    await expect(stopped).rejects.toThrow(ShuttingDownError);
    jest.useRealTimers();
  });
});
