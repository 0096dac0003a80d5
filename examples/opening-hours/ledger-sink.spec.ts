import { appendFile, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionEvent } from '../../src/session/domain/session-event';
import { DeliveryFailedError } from '../../src/sync/domain/delivery.errors';
import { LedgerSink } from './ledger-sink';
import { OpeningHoursConfig } from './opening-hours.config';

const { signal } = new AbortController();
const held = (): void => undefined;
const MAX_TEST_EVENTS = 50;

function anEvent(sequence = 1, changes: Partial<SessionEvent> = {}): SessionEvent {
  return {
    id: `event-${sequence}`,
    conversationId: 'conversation',
    sequence,
    state: 'connected',
    occurredAt: Date.parse('2027-01-15T08:00:00Z'),
    metadata: { queueId: 'support' },
    ...changes,
  };
}

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ledger-'));
  file = join(folder, 'events.jsonl');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function ledgerAt(path = file): LedgerSink {
  return new LedgerSink(OpeningHoursConfig.from({ LEDGER_FILE: path }));
}

async function linesOf(path = file): Promise<string[]> {
  return (await readFile(path, 'utf8')).split('\n').slice(0, -1);
}

describe(LedgerSink.name, () => {
  it('has written the event to the file once it accepts it', async () => {
    await ledgerAt().deliver(anEvent(), signal, held);

    expect((await linesOf()).map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        id: 'event-1',
        conversationId: 'conversation',
        sequence: 1,
        state: 'connected',
        time: '2027-01-15T08:00:00.000Z',
        metadata: { queueId: 'support' },
      },
    ]);
  });

  it('keeps concurrent lines complete and in their order', async () => {
    const ledger = ledgerAt();
    const numbers = Array.from({ length: MAX_TEST_EVENTS }, (_, index) => index + 1);

    await Promise.all(numbers.map((sequence) => ledger.deliver(anEvent(sequence), signal, held)));

    const kept = (await linesOf()).map((line) => JSON.parse(line) as SessionEvent);
    expect(kept.map(({ sequence }) => sequence)).toEqual(numbers);
  });

  it('continues below a truncated line, and in a new file after the old one was moved away', async () => {
    const ledger = ledgerAt();
    await appendFile(file, '{"id":"cut');
    await ledger.deliver(anEvent(1), signal, held);
    expect(await linesOf()).toEqual(['{"id":"cut', expect.stringContaining('event-1')]);

    await rename(file, `${file}.1`);
    await ledger.deliver(anEvent(2), signal, held);

    expect(await linesOf()).toEqual([expect.stringContaining('event-2')]);
  });

  it('writes no guest token', async () => {
    await ledgerAt().deliver(
      anEvent(1, { metadata: { guestIdToken: 'canary', guestRef: 'hash' } }),
      signal,
      held,
    );

    expect(await readFile(file, 'utf8')).not.toContain('canary');
  });

  it('rejects an event with an error of its own, and accepts the next one', async () => {
    const missing = join(folder, 'later');
    const ledger = ledgerAt(join(missing, 'events.jsonl'));

    const failure = await ledger.deliver(anEvent(), signal, held).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(DeliveryFailedError);
    expect(failure).toMatchObject({ message: 'the ledger cannot be written' });
    await expect(ledger.assertWritable()).rejects.toThrow('the folder of the ledger cannot be written to');
    await rename(await mkdtemp(join(tmpdir(), 'ledger-')), missing);
    await ledger.deliver(anEvent(), signal, held);
    await expect(ledger.assertWritable()).resolves.toBeUndefined();
  });

  it('writes no event of an aborted attempt', async () => {
    const ledger = ledgerAt();
    await ledger.deliver(anEvent(1), signal, held);

    await expect(ledger.deliver(anEvent(2), AbortSignal.abort(), held)).rejects.toBeInstanceOf(
      DeliveryFailedError,
    );

    expect(await linesOf()).toHaveLength(1);
  });

  it('writes no event that another replica may have written', async () => {
    const lost = (): void => {
      throw new Error('another has it');
    };

    await expect(ledgerAt().deliver(anEvent(), signal, lost)).rejects.toBeInstanceOf(DeliveryFailedError);

    await expect(linesOf()).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
