import { Writable } from 'node:stream';

type Line = Readonly<Record<string, unknown>>;

/** Keeps all log output of the service for assertions. */
export class LogCapture extends Writable {
  private text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }

  get raw(): string {
    return this.text;
  }

  get lines(): Line[] {
    return this.text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
  }

  /** Returns the lines with this message. */
  with(message: string): Line[] {
    return this.lines.filter((line) => line['message'] === message);
  }
}
