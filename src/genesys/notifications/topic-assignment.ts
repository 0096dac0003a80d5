/** Limit of the platform. */
export const TOPICS_PER_CHANNEL = 1_000;

/** The effect of an update. */
export interface AssignmentChange {
  /** Numbers of the channels whose topics have changed. */
  readonly channels: ReadonlySet<number>;
  /** Number of topics that found no place, without those that found none before. */
  readonly dropped: number;
}

/**
 * Distributes topics over a fixed number of channels, 1,000 to each, in the order in which they appear. A topic stays on its
 * channel, so that no event is lost by a move, and stays for `lingerMs` after its last appearance: the news after the end
 * of a conversation are of interest too, and sessions of a queue come and go. A topic that is wanted displaces one
 * that only lingers.
 */
export class TopicAssignment {
  /** The time of the last appearance of each topic, by channel. */
  private readonly channels: readonly Map<string, number>[];
  private dropped: ReadonlySet<string> = new Set();

  constructor(
    channels: number,
    private readonly lingerMs: number,
  ) {
    this.channels = Array.from({ length: channels }, () => new Map<string, number>());
  }

  /** Number of all assigned topics. */
  get size(): number {
    return this.channels.reduce((sum, topics) => sum + topics.size, 0);
  }

  topicsOf(channel: number): readonly string[] {
    return [...(this.channels[channel]?.keys() ?? [])];
  }

  /** Takes the topics that are wanted at a time, in milliseconds. The first ones get a place first. */
  update(topics: readonly string[], now: number): AssignmentChange {
    const wanted = new Set(topics);
    const changed = new Set<number>();
    this.channels.forEach((assigned, channel) => {
      if (expire(assigned, now - this.lingerMs, wanted)) changed.add(channel);
    });
    const dropped = new Set<string>();
    const displaceable = this.displaceable(wanted);
    for (const topic of wanted) {
      const channel = this.channelOf(topic) ?? this.channelWithRoom(displaceable);
      if (channel === undefined) {
        dropped.add(topic);
        continue;
      }
      const assigned = this.channels[channel];
      if (assigned?.has(topic) === false) changed.add(channel);
      assigned?.set(topic, now);
    }
    const before = this.dropped;
    this.dropped = dropped;
    return { channels: changed, dropped: [...dropped].filter((topic) => !before.has(topic)).length };
  }

  private channelOf(topic: string): number | undefined {
    return found(this.channels.findIndex((assigned) => assigned.has(topic)));
  }

  private channelWithRoom(displaceable: Iterator<readonly [number, string]>): number | undefined {
    const free = found(this.channels.findIndex((assigned) => assigned.size < TOPICS_PER_CHANNEL));
    if (free !== undefined) return free;
    const next = displaceable.next();
    if (next.done === true) return undefined;
    const [channel, topic] = next.value;
    this.channels[channel]?.delete(topic);
    return channel;
  }

  /** The topics that only linger. */
  private *displaceable(wanted: ReadonlySet<string>): Generator<readonly [number, string], undefined> {
    for (const [channel, assigned] of this.channels.entries())
      for (const topic of [...assigned.keys()]) if (!wanted.has(topic)) yield [channel, topic];
  }
}

/** Deletes topics that were last wanted before a time; returns whether there were any. */
function expire(assigned: Map<string, number>, before: number, wanted: ReadonlySet<string>): boolean {
  const { size } = assigned;
  for (const [topic, seenAt] of assigned) if (seenAt < before && !wanted.has(topic)) assigned.delete(topic);
  return assigned.size < size;
}

function found(index: number): number | undefined {
  return index < 0 ? undefined : index;
}
