import { Injectable } from '@nestjs/common';
import { constants } from 'node:fs';
import { access, type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SessionEvent } from '../../src/session/domain/session-event';
import { DeliveryFailedError } from '../../src/sync/domain/delivery.errors';
import { EventSink } from '../../src/sync/ports/event-sink';
import { OpeningHoursConfig } from './opening-hours.config';

/**
 * Appends one line of JSON for each event to a file, synced to the disk before the event counts as delivered.
 *
 * Delivery is at-least-once: after a crash between the disk and the outbox the file has an event twice, with the same
 * `id`. A line that a crash or a full disk has truncated is invalid JSON; its event follows again on a line of its own.
 * The events of one conversation are in order, and those of several conversations are interleaved.
 */
@Injectable()
export class LedgerSink extends EventSink {
  readonly name = 'ledger';
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly config: OpeningHoursConfig) {
    super();
  }

  async deliver(event: SessionEvent, signal: AbortSignal, beforeSend: () => void): Promise<void> {
    // Many conversations are delivered concurrently: the lines are serialized.
    const turn = this.last.then(async () => {
      // The attempt was aborted, and the event will be delivered again.
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

  /** Throws when the folder of the file is missing or not writable. */
  async assertWritable(): Promise<void> {
    try {
      await access(dirname(this.config.ledgerFile), constants.W_OK);
    } catch (error) {
      // The probe's answer must not contain paths.
      throw new Error('the folder of the ledger cannot be written to', { cause: error });
    }
  }
}

/** Leaves out the guest's token, which the service may be configured to send: it must not be kept in a file. */
function lineOf({ id, conversationId, sequence, state, occurredAt, metadata }: SessionEvent): string {
  const told = Object.fromEntries(Object.entries(metadata).filter(([field]) => field !== 'guestIdToken'));
  const time = new Date(occurredAt).toISOString();
  return `${JSON.stringify({ id, conversationId, sequence, state, time, metadata: told })}\n`;
}

/** Opens the file again for each line, so that it may be moved away at any time. */
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

/** Returns whether the file ends with an incomplete line. */
async function endsWithin(file: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString() !== '\n';
}

/** Syncs the folder, because a new file is durable only once its name is. Windows has no such step. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
