import type { Trace } from '../logging/trace';
import { type SpanKind, Spans } from './spans';

interface RecordedSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly parent: Trace | undefined;
  readonly trace: Trace;
  readonly attributes: Record<string, string | number | boolean>;
  isEnded: boolean;
}

/** Records the spans of a test, until it is disposed. */
export class RecordedSpans implements Disposable {
  readonly all: RecordedSpan[] = [];
  private readonly stop = Spans.recordWith((name, kind, parent) => {
    const trace: Trace = {
      traceId: parent?.traceId ?? `${this.all.length + 1}`.padStart(32, '0'),
      spanId: `${this.all.length + 1}`.padStart(16, '0'),
      isSampled: true,
      isSpan: true,
    };
    const span: RecordedSpan = { name, kind, parent, trace, attributes: {}, isEnded: false };
    this.all.push(span);
    return {
      trace,
      isRecording: true,
      set: (attribute, value) => {
        span.attributes[attribute] = value;
      },
      rename: () => undefined,
      fail: (type) => {
        span.attributes['error.type'] = type;
      },
      end: () => {
        span.isEnded = true;
      },
    };
  });

  [Symbol.dispose](): void {
    this.stop();
  }
}
