import { closeSync, openSync, write } from 'node:fs';
import { type Descriptor, LogOutput } from './log-output';

/** A descriptor whose calls are answered by the test, one at a time. */
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

  writeSync(): void {
    throw new Error('not at its end');
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

  it('goes on where a partial write ended, and ends a line that a failure has torn', () => {
    output.write('first\n');
    descriptor.calls[0]?.answer(null, 3);
    descriptor.calls[1]?.answer('ENOSPC');
    output.write('second\n');

    expect([lost, descriptor.texts]).toEqual([1, ['first\n', 'st\n', '\nsecond\n']]);
  });

  it('loses what a reader that does not read leaves waiting beyond 256 kB', () => {
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
      writeSync: () => undefined,
    });
    const lines = await new Promise<number>((resolve) => {
      full.onLost(resolve);
      full.write('a\n');
    });
    closeSync(fd);

    expect(lines).toBe(1);
  });
});
