/** Number of times a rule is played (default: unlimited), and of matches that it lets pass first. */
interface Playable {
  readonly times?: number | undefined;
  readonly after?: number | undefined;
}

/** A rule with its counts: the subjects that it has matched, and those that it was played on. */
export interface RuleEntry<Rule> {
  readonly id: string;
  readonly rule: Rule;
  readonly times: number | null;
  readonly after: number;
  readonly matched: number;
  readonly applied: number;
}

interface Counted<Rule> {
  readonly id: string;
  readonly rule: Rule;
  matched: number;
  applied: number;
}

/**
 * Rules in the order in which they were added. The first rule that applies handles the subject; later rules do not
 * see it. A used-up rule stays listed, so that its counts can be read, until it is removed.
 */
export class RuleRegistry<Rule extends Playable> {
  private entries: Counted<Rule>[] = [];
  private lastId = 0;

  constructor(private readonly idPrefix: string) {}

  /** Adds a rule and returns its id. */
  add(rule: Rule): string {
    this.lastId += 1;
    const id = `${this.idPrefix}-${this.lastId}`;
    this.entries.push({ id, rule, matched: 0, applied: 0 });
    return id;
  }

  remove(id: string): boolean {
    const before = this.entries.length;
    this.entries = this.entries.filter((entry) => entry.id !== id);
    return this.entries.length < before;
  }

  clear(): void {
    this.entries = [];
  }

  list(): RuleEntry<Rule>[] {
    return this.entries.map((entry) => ({
      ...entry,
      times: entry.rule.times ?? null,
      after: entry.rule.after ?? 0,
    }));
  }

  /** Returns the first rule that matches and is to be played now, and counts the match. */
  take(matches: (rule: Rule) => boolean): Rule | undefined {
    for (const entry of this.entries) {
      const { times = Infinity, after = 0 } = entry.rule;
      if (entry.applied >= times || !matches(entry.rule)) continue;
      entry.matched += 1;
      if (entry.matched <= after) continue;
      entry.applied += 1;
      return entry.rule;
    }
    return undefined;
  }
}
