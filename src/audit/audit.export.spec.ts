import { Drain } from '../common/lifecycle/drain';
import { ShuttingDownError } from '../common/lifecycle/shutting-down.error';
import { SystemClock } from '../common/time/system-clock';
import { AuditExport } from './audit.export';
import { AuditVerifier } from './domain/audit-verifier';
import { FakeAuditTrail } from './ports/audit.trail.fake';

let trail: FakeAuditTrail;
let drain: Drain;
let exporting: AuditExport;

beforeEach(() => {
  trail = new FakeAuditTrail();
  drain = new Drain();
  exporting = new AuditExport(trail, new SystemClock(), drain);
});

async function exported(afterHeader: () => void = () => undefined): Promise<string> {
  let text = '';
  for await (const lines of exporting.lines()) {
    if (text === '') afterHeader();
    text += lines;
  }
  return text;
}

function findingIn(text: string): unknown {
  const verifier = new AuditVerifier();
  for (const line of text.trimEnd().split('\n')) verifier.take(line);
  verifier.end();
  return verifier.finding ?? verifier.records;
}

describe(AuditExport.name, () => {
  it('is whole, over as many pages as it takes, and recorded', async () => {
    trail.fill(2, 1_234);
    trail.fill(5, 3);

    expect(findingIn(await exported())).toBe(1_237);
    expect(trail.facts).toEqual([
      expect.objectContaining({ action: 'AUDIT_EXPORTED', detail: { records: 1_237 } }),
    ]);
  });

  it('ends where the chains ended when it began', async () => {
    trail.fill(2, 10);

    const text = await exported(() => {
      trail.fill(2, 10);
    });
    expect(findingIn(text)).toBe(10);
  });

  it('hands out nothing when it cannot be recorded', async () => {
    trail.fill(2, 10);
    trail.failure = new Error('down');

    await expect(exporting.lines().next()).rejects.toThrow('down');
  });

  it('breaks off when records go away, and when the process stops', async () => {
    trail.fill(2, 10);
    const shortened = exported(() => {
      trail.shorten(2);
    });
    await expect(shortened).rejects.toThrow('went away');

    jest.useFakeTimers();
    const stopped = exported(() => {
      drain.begin();
      jest.advanceTimersByTime(Drain.GRACE_MS);
    });
    await expect(stopped).rejects.toThrow(ShuttingDownError);
    jest.useRealTimers();
  });
});
