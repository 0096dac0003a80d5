import { Injectable } from '@nestjs/common';
import { constants } from 'node:fs';
import { access, type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SessionEvent } from '../../src/session/domain/session-event';
import { DeliveryFailedError } from '../../src/sync/domain/delivery.errors';
import { EventSink } from '../../src/sync/ports/event.sink';
import { OpeningHoursConfig } from './opening-hours.config';

/**
 * A file with one line of JSON for each event, on the disk before the event counts as delivered.
 *
 * At least once: after a crash between the disk and the outbox, an event is there twice, with the same `id`. A line
 * that a crash or a full disk has cut off is no JSON; its event comes again on a line of its own. The events of one
 * conversation are in their order, and those of several are mixed.
 */
@Injectable()
export class LedgerSink extends EventSink {
  readonly name = 'ledger';
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly config: OpeningHoursConfig) {
    super();
  }

  async deliver(event: SessionEvent, signal: AbortSignal, beforeSend: () => void): Promise<void> {
    // Many conversations are delivered at the same time: lines take turns.
    const turn = this.last.then(async () => {
      // Nobody waits for it any more, and it will come again.
      signal.throwIfAborted();
      beforeSend();
      await append(this.config.ledgerFile, lineOf(event));
    });
    this.last = turn.catch(() => undefined);
    try {
      await turn;
    } catch (error) {
      throw new DeliveryFailedError('the ledger cannot be written', { cause: error });
    }
  }

  /** Throws when the folder of the file is not there or not to be written to. */
  async assertWritable(): Promise<void> {
    try {
      await access(dirname(this.config.ledgerFile), constants.W_OK);
    } catch (error) {
      // The answer of a probe is no place for paths.
      throw new Error('the folder of the ledger cannot be written to', { cause: error });
    }
  }
}

/** The guest's token, which the service may be told to hand out, does not belong into a file that is kept. */
function lineOf({ id, conversationId, sequence, state, occurredAt, metadata }: SessionEvent): string {
  const told = Object.fromEntries(Object.entries(metadata).filter(([field]) => field !== 'guestIdToken'));
  const time = new Date(occurredAt).toISOString();
  return `${JSON.stringify({ id, conversationId, sequence, state, time, metadata: told })}\n`;
}

/** The file is opened anew for each line, so that it may be moved away at any time. */
async function append(path: string, line: string): Promise<void> {
  const file = await open(path, 'a+', 0o600);
  try {
    const { size } = await file.stat();
    await file.appendFile((await endsWithin(file, size)) ? `\n${line}` : line);
    await file.datasync();
    if (size === 0) await syncFolder(dirname(path));
  } finally {
    await file.close();
  }
}

/** Whether the file ends within a line. */
async function endsWithin(file: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString() !== '\n';
}

/** A new file is on the disk when its name is. Windows has no such step. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
