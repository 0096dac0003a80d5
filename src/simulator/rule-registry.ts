/** How often a rule is played, without end when absent, and how many matches it lets pass before. */
interface Playable {
  readonly times?: number | undefined;
  readonly after?: number | undefined;
}

/** A rule with its counts: how many subjects it has matched, played or let through, and how many it was played on. */
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
 * Rules in the order in which they were added. The first that applies takes the subject; those behind it do not see it. A
 * rule that is used up stays listed, so that its counts can be read, until removed.
 */
export class RuleRegistry<Rule extends Playable> {
  private entries: Counted<Rule>[] = [];
  private lastId = 0;

  constructor(private readonly idPrefix: string) {}

  /** The id of the rule. */
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

  /** The first rule that matches and is to be played now. */
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
