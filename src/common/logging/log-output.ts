import { write, writeSync } from 'node:fs';
import { Writable } from 'node:stream';

/** Bytes that wait for a slow reader before further lines are lost. */
const MAX_WAITING_BYTES = 256 * 1024;
const MAX_BATCH_BYTES = 64 * 1024;
/** Pause before another attempt at a full non-blocking descriptor. */
const RETRY_MS = 100;
/** A write that takes longer has a reader that does not read: the exit does not wait for it. */
const STALLED_AFTER_MS = 1_000;
/** Pause of a flush before another attempt at a full descriptor. */
const FLUSH_RETRY_MS = 10;
/** Memory that no thread notifies: waiting on it is a synchronous pause. */
const NEVER_NOTIFIED = new Int32Array(new SharedArrayBuffer(4));

/** System calls, so that a test can refuse them. */
export interface Descriptor {
  write(
    bytes: Uint8Array,
    done: (error: NodeJS.ErrnoException | null | undefined, written: number) => void,
  ): void;
  /** The number of bytes written. */
  writeSync(bytes: Uint8Array): number;
}

interface Batch {
  readonly lines: number;
  readonly bytes: Uint8Array;
  readonly startedAt: number;
}

/**
 * The destination of log lines: a file descriptor, written to by one asynchronous call at a time. It never fails and
 * never blocks the event loop. Lines are lost, and reported to `onLost`, when the descriptor refuses them (no reader,
 * no space) or when more than 256 kB wait for a reader that does not read; later lines are written again as soon as
 * the descriptor accepts them. A line that was torn by a failure is terminated before the next one.
 *
 * Not guaranteed: waiting lines are lost when the process is killed.
 */
export class LogOutput extends Writable {
  private waiting: string[] = [];
  private waitingBytes = 0;
  private writing: Batch | undefined;
  /** The timer of the next attempt at a batch that a full descriptor did not accept. */
  private retry: NodeJS.Timeout | undefined;
  private isTorn = false;
  private listener: (lines: number) => void = () => undefined;

  constructor(private readonly descriptor: Descriptor) {
    super({ decodeStrings: false });
  }

  /** Standard output. At an exit of the process the waiting lines are written, unless the reader has stalled. */
  static toStandardOutput(): LogOutput {
    const fd = process.stdout.fd;
    // Other writers, such as Node's own warnings, go through these streams: an error without a listener ends the process.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
    const output = new LogOutput({
      write: (bytes, done) => {
        write(fd, bytes, done);
      },
      writeSync: (bytes) => writeSync(fd, bytes),
    });
    process.once('exit', () => {
      output.flush();
    });
    return output;
  }

  /** Registers a listener for losses, which gets the number of lines. */
  onLost(listener: (lines: number) => void): void {
    this.listener = listener;
  }

  override _write(line: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.take(line.toString());
    done();
  }

  private take(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.waitingBytes + bytes > MAX_WAITING_BYTES) {
      this.listener(1);
      return;
    }
    this.waiting.push(line);
    this.waitingBytes += bytes;
    this.pump();
  }

  private pump(): void {
    if (this.writing !== undefined || this.waiting.length === 0) return;
    const lines = this.nextLines();
    const text = (this.isTorn ? '\n' : '') + lines.join('');
    this.send({ lines: lines.length, bytes: Buffer.from(text), startedAt: performance.now() });
  }

  private nextLines(): string[] {
    let bytes = 0;
    const end = this.waiting.findIndex((line) => (bytes += Buffer.byteLength(line)) > MAX_BATCH_BYTES);
    // A line that is longer than a batch is a batch of its own.
    const lines = this.waiting.splice(0, end === -1 ? this.waiting.length : Math.max(1, end));
    this.waitingBytes -= lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
    return lines;
  }

  private send(batch: Batch): void {
    this.writing = batch;
    this.descriptor.write(batch.bytes, (error, written) => {
      if (error?.code === 'EAGAIN') {
        this.retry = setTimeout(() => {
          this.retry = undefined;
          this.send(batch);
        }, RETRY_MS).unref();
        return;
      }
      const isPartial = error === null || error === undefined ? written < batch.bytes.length : false;
      if (isPartial) {
        this.isTorn = true;
        this.send({ ...batch, bytes: batch.bytes.subarray(written), startedAt: performance.now() });
        return;
      }
      this.writing = undefined;
      if (error) this.listener(batch.lines);
      else this.isTorn = false;
      this.pump();
    });
  }

  /**
   * Writes the waiting lines synchronously, for the exit of the process. Waits for a full descriptor up to a second,
   * and not at all if a write has been in progress for longer.
   */
  flush(): void {
    const { writing, retry } = this;
    // Lines wait behind a batch only: one that a system call is writing, or one that a full descriptor has not taken.
    if (writing === undefined) return;
    const isInProgress = retry === undefined;
    if (isInProgress && performance.now() - writing.startedAt > STALLED_AFTER_MS) return;
    const lines = Buffer.from(this.waiting.join(''));
    this.waiting = [];
    this.waitingBytes = 0;
    if (isInProgress) {
      this.writeNow(lines);
      return;
    }
    clearTimeout(retry);
    this.retry = undefined;
    this.writing = undefined;
    this.writeNow(Buffer.concat([writing.bytes, lines]));
  }

  private writeNow(bytes: Uint8Array): void {
    const deadline = performance.now() + STALLED_AFTER_MS;
    let rest = bytes;
    while (rest.length > 0 && performance.now() < deadline) {
      try {
        rest = rest.subarray(this.descriptor.writeSync(rest));
      } catch (error) {
        // The process is about to exit, and there is no other place to report the failure.
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
        Atomics.wait(NEVER_NOTIFIED, 0, 0, FLUSH_RETRY_MS);
      }
    }
  }
}
