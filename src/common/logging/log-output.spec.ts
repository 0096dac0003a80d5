import { closeSync, openSync, write } from 'node:fs';
import { type Descriptor, LogOutput } from './log-output';

/** A descriptor that lets the test answer its calls, one at a time. */
class HeldDescriptor implements Descriptor {
  readonly calls: { text: string; answer: (code: string | null, written?: number) => void }[] = [];

  write(bytes: Uint8Array, done: Parameters<Descriptor['write']>[1]): void {
    this.calls.push({
      text: Buffer.from(bytes).toString(),
      answer: (code, written = bytes.length) => {
        done(code === null ? null : Object.assign(new Error(code), { code }), code === null ? written : 0);
      },
    });
  }

  /** The results of synchronous writes: a number of bytes or an error code; everything is written after the last one. */
  readonly results: (number | string)[] = [];
  synchronous = '';

  writeSync(bytes: Uint8Array): number {
    const result = this.results.shift() ?? bytes.length;
    if (typeof result === 'string') throw Object.assign(new Error(result), { code: result });
    this.synchronous += Buffer.from(bytes).subarray(0, result).toString();
    return result;
  }

  get texts(): string[] {
    return this.calls.map(({ text }) => text);
  }
}

let descriptor: HeldDescriptor;
let output: LogOutput;
let lost: number;

beforeEach(() => {
  descriptor = new HeldDescriptor();
  output = new LogOutput(descriptor);
  lost = 0;
  output.onLost((lines) => (lost += lines));
});

describe(LogOutput.name, () => {
  it('writes one batch at a time, in order', () => {
    for (const line of ['a\n', 'b\n', 'c\n']) output.write(line);
    expect(descriptor.texts).toEqual(['a\n']);
    descriptor.calls[0]?.answer(null);

    expect(descriptor.texts).toEqual(['a\n', 'b\nc\n']);
  });

  it.each(['EPIPE', 'ENOSPC', 'EIO', 'EBADF'])(
    'loses and counts lines at %s, and writes later ones',
    (code) => {
      output.write('a\n');
      output.write('b\n');
      output.write('c\n');
      descriptor.calls[0]?.answer(code);
      descriptor.calls[1]?.answer(code);
      output.write('d\n');
      descriptor.calls[2]?.answer(null);

      expect([lost, descriptor.texts]).toEqual([3, ['a\n', 'b\nc\n', 'd\n']]);
    },
  );

  it('continues where a partial write ended, and terminates a line that a failure has torn', () => {
    output.write('first\n');
    descriptor.calls[0]?.answer(null, 3);
    descriptor.calls[1]?.answer('ENOSPC');
    output.write('second\n');

    expect([lost, descriptor.texts]).toEqual([1, ['first\n', 'st\n', '\nsecond\n']]);
  });

  it('terminates a torn line also when the next batch fails', () => {
    output.write('first\n');
    descriptor.calls[0]?.answer(null, 3);
    descriptor.calls[1]?.answer('ENOSPC');
    output.write('second\n');
    descriptor.calls[2]?.answer('ENOSPC');
    output.write('third\n');
    descriptor.calls[3]?.answer(null);
    output.write('fourth\n');

    expect(descriptor.texts.slice(2)).toEqual(['\nsecond\n', '\nthird\n', 'fourth\n']);
  });

  it('loses lines beyond 256 kB that wait for a reader that does not read', () => {
    const line = `${'x'.repeat(1023)}\n`;
    for (let count = 0; count < 300; count += 1) output.write(line);

    expect([lost, descriptor.calls.length]).toEqual([43, 1]);
  });

  it('tries again when a descriptor that does not block is full', () => {
    jest.useFakeTimers();
    output.write('a\n');
    descriptor.calls[0]?.answer('EAGAIN');
    jest.advanceTimersByTime(100);
    descriptor.calls[1]?.answer(null);
    jest.useRealTimers();

    expect([lost, descriptor.texts]).toEqual([0, ['a\n', 'a\n']]);
  });

  it('survives a device that is always full', async () => {
    const fd = openSync('/dev/full', 'w');
    const full = new LogOutput({
      write: (bytes, done) => {
        write(fd, bytes, done);
      },
      writeSync: () => 0,
    });
    const lines = await new Promise<number>((resolve) => {
      full.onLost(resolve);
      full.write('a\n');
    });
    closeSync(fd);

    expect(lines).toBe(1);
  });
});

describe('LogOutput.flush', () => {
  beforeEach(() => {
    jest.useFakeTimers();
    jest.spyOn(Atomics, 'wait').mockImplementation((_memory, _at, _value, ms = 0) => {
      jest.advanceTimersByTime(ms);
      return 'timed-out';
    });
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  it('writes the lines that wait behind a write in progress, once', () => {
    for (const line of ['a\n', 'b\n', 'c\n']) output.write(line);
    output.flush();
    output.flush();

    expect(descriptor.synchronous).toBe('b\nc\n');
  });

  it('continues where a partial write ended', () => {
    for (const line of ['a\n', 'bcd\n', 'efg\n']) output.write(line);
    descriptor.results.push(1, 5);
    output.flush();

    expect(descriptor.synchronous).toBe('bcd\nefg\n');
  });

  it('begins with the rest of a batch that a full descriptor has not taken, and does not write it again', () => {
    output.write('first\n');
    descriptor.calls[0]?.answer(null, 3);
    descriptor.calls[1]?.answer('EAGAIN');
    output.write('second\n');
    descriptor.results.push('EAGAIN', 2, 'EAGAIN');
    output.flush();
    jest.advanceTimersByTime(1_000);

    expect(descriptor.synchronous).toBe('st\nsecond\n');
    expect(descriptor.texts).toEqual(['first\n', 'st\n']);
  });

  it('waits for a full descriptor no longer than a second', () => {
    output.write('a\n');
    descriptor.calls[0]?.answer('EAGAIN');
    descriptor.results.push(...Array<string>(200).fill('EAGAIN'));
    output.flush();

    expect([descriptor.synchronous, descriptor.results.length]).toEqual(['', 100]);
  });

  it('terminates a line that a failure has torn', () => {
    output.write('first\n');
    descriptor.calls[0]?.answer(null, 3);
    output.write('second\n');
    descriptor.calls[1]?.answer('ENOSPC');
    descriptor.calls[2]?.answer('ENOSPC');
    // Waits behind a batch that fails while the line is still torn.
    output.write('third\n');
    descriptor.calls[3]?.answer('EAGAIN');
    output.flush();

    expect(descriptor.synchronous).toBe('\nthird\n');
  });

  it.each(['EPIPE', 'ENOSPC'])('gives up at %s', (code) => {
    for (const line of ['a\n', 'b\n']) output.write(line);
    descriptor.results.push(code);
    output.flush();

    expect([descriptor.synchronous, descriptor.results]).toEqual(['', []]);
  });

  it('writes nothing behind a write that has been in progress for more than a second', () => {
    for (const line of ['a\n', 'b\n']) output.write(line);
    jest.advanceTimersByTime(1_001);
    output.flush();

    expect(descriptor.synchronous).toBe('');
  });
});
