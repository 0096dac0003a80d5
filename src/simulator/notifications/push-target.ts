import { DetailEvent } from './detail-events';
import { DetailSuffix } from './topics';

export interface PushTargetOptions {
  /**
   * `event-bridge`: an API destination, which gets the whole EventBridge event. `trigger`: the data action of a
   * workflow that a trigger starts, which gets the top-level primitives of the event beside its topic.
   */
  readonly kind: 'event-bridge' | 'trigger';
  readonly url: string;
  /** Headers of every request, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends of the topics that are pushed. Default: all detail events. */
  readonly suffixes?: readonly DetailSuffix[];
}

/** A receiver of detail events over HTTP. */
export interface PushTarget extends PushTargetOptions {
  readonly id: string;
}

export function takesEvent({ suffixes }: PushTargetOptions, { suffix }: DetailEvent): boolean {
  return suffixes?.includes(suffix) ?? true;
}

export function isPushKind(value: unknown): value is PushTargetOptions['kind'] {
  return value === 'event-bridge' || value === 'trigger';
}
