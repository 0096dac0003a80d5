import { EventStreamFormatError } from './event-stream.errors.js';

/** The service disconnects clients at 256 kB, so that none of its events is longer. */
const MAX_CHARACTERS = 1_048_576;

/** A block of an event stream, up to its empty line. */
export interface SseFrame {
  /** Absent: the block is no event, but may move the position. */
  readonly data?: string;
  readonly name: string;
  /** The position after the block. */
  readonly id?: string;
  /** The reconnection time, in milliseconds. */
  readonly retryMs?: number;
}

interface Draft {
  data?: string;
  name?: string;
  id?: string;
  retryMs?: number;
}

/** Parses server-sent events as the HTML standard defines them. A block without its empty line at the end is dropped. */
export class SseParser {
  private rest = '';
  private draft: Draft = {};

  /** Returns the blocks that are complete with this text. Throws for a block that exceeds the bound. */
  push(text: string): SseFrame[] {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? '';
    if (this.rest.length + (this.draft.data?.length ?? 0) > MAX_CHARACTERS)
      throw new EventStreamFormatError('An event of the stream exceeds the limit');
    return lines.flatMap((line) => this.take(line));
  }

  private take(line: string): SseFrame[] {
    if (line === '') return this.complete();
    const [, field = '', value = ''] = /^([^:]*)(?:: ?([^]*))?$/.exec(line) ?? [];
    this.set(field, value);
    return [];
  }

  private set(field: string, value: string): void {
    const { draft } = this;
    if (field === 'data') draft.data = draft.data === undefined ? value : `${draft.data}\n${value}`;
    else if (field === 'event') draft.name = value;
    else if (field === 'id' && !value.includes('\0')) draft.id = value;
    else if (field === 'retry' && /^\d{1,9}$/.test(value)) draft.retryMs = Number(value);
  }

  private complete(): SseFrame[] {
    const { name, ...frame } = this.draft;
    this.draft = {};
    const isEmpty = name === undefined && Object.keys(frame).length === 0;
    return isEmpty ? [] : [{ ...frame, name: name === undefined || name === '' ? 'message' : name }];
  }
}
