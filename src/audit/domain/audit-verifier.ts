import { CHAIN_START, type ChainLink, hashOf } from './chain-link';
import { type ExportedChain, type ExportHeader, headerIn } from './audit-export';

/** The first fault and its place: the number of the line, from 1, and the record as `chain/seq`, as far as known. */
export interface AuditFinding {
  readonly line: number;
  readonly record?: string;
  readonly what: string;
}

/**
 * Reads an export line by line and verifies that it is complete: that no record was changed, removed, inserted, moved
 * or cut off since it was written. It stops at the first fault, since later lines cannot be relied on.
 *
 * An export alone does not reveal a trail that was rewritten from some record to the end, heads included. For that
 * the verifier takes the header of an earlier export, kept elsewhere: the records at its heads must be unchanged,
 * unless retention has dropped them meanwhile.
 */
export class AuditVerifier {
  /** The first fault. */
  finding: AuditFinding | undefined;
  /** Number of verified records. */
  records = 0;
  private line = 0;
  private header: ExportHeader | undefined;
  private readonly links = new Map<number, ChainLink>();
  private readonly known: ReadonlyMap<number, ChainLink>;

  /** `earlier` is the header of an earlier export of the same trail. */
  constructor(earlier?: ExportHeader) {
    this.known = new Map(earlier?.chains.map(({ chain, head }) => [chain, head]));
  }

  /** Takes the next line as it is in the file. */
  take(text: string): void {
    this.line += 1;
    if (this.finding !== undefined) return;
    const value = parsed(text);
    // A parser reads only the last of two equal names: the text that a reader sees has to be the text that is
    // verified.
    if (value === undefined || JSON.stringify(value) !== text)
      this.found('not a line as the service writes it');
    else if (this.header === undefined) this.begin(value);
    else this.follow(value);
  }

  /** Call it after the last line: finds missing records. */
  end(): void {
    if (this.finding !== undefined) return;
    if (this.header === undefined) {
      this.found('the file is empty');
      return;
    }
    const cut = this.header.chains.find(({ chain, head }) => this.linkOf(chain)?.seq !== head.seq);
    if (cut === undefined) return;
    const next = (this.linkOf(cut.chain)?.seq ?? 0) + 1;
    this.line += 1;
    this.found(`missing: the chain ends with ${cut.head.seq}`, `${cut.chain}/${next}`);
  }

  private begin(value: unknown): void {
    this.header = headerIn(value);
    if (this.header === undefined) {
      this.found('the first line is not the header of an export');
      return;
    }
    for (const { chain, after } of this.header.chains) this.links.set(chain, after);
    for (const { chain, after, head } of this.header.chains) {
      const known = this.known.get(chain) ?? CHAIN_START;
      if (head.seq < known.seq)
        this.found('missing: an earlier export has records after it', `${chain}/${head.seq}`);
      else if (after.seq === known.seq && after.hash !== known.hash)
        this.found('changed: an earlier export says otherwise', `${chain}/${after.seq}`);
    }
  }

  private follow(value: unknown): void {
    const { chain, seq, prevHash, hash } = (value ?? {}) as Partial<Record<string, unknown>>;
    const previous = typeof chain === 'number' ? this.linkOf(chain) : undefined;
    const head = this.headOf(chain);
    if (previous === undefined || head === undefined || typeof seq !== 'number') {
      this.found('not a record of the exported chains');
      return;
    }
    const record = `${String(chain)}/${seq}`;
    const expected = `${String(chain)}/${previous.seq + 1}`;
    if (seq !== previous.seq + 1 || seq > head.seq) this.found(`${record} stands here instead`, expected);
    else if (typeof value !== 'object' || value === null || hashOf(value) !== hash)
      this.found('changed: its hash is not that of its content', record);
    else if (prevHash !== previous.hash)
      this.found(`does not follow from ${String(chain)}/${previous.seq}: one of the two was changed`, record);
    else this.accept(record, { chain: Number(chain), link: { seq, hash }, head });
  }

  private accept(
    record: string,
    { chain, link, head }: { chain: number; link: ChainLink; head: ChainLink },
  ): void {
    const known = this.known.get(chain);
    if (link.seq === head.seq && link.hash !== head.hash)
      this.found('changed: it is not what the header ends its chain with', record);
    else if (link.seq === known?.seq && link.hash !== known.hash)
      this.found('changed: an earlier export says otherwise', record);
    else {
      this.links.set(chain, link);
      this.records += 1;
    }
  }

  private linkOf(chain: number): ChainLink | undefined {
    return this.links.get(chain);
  }

  private headOf(chain: unknown): ExportedChain['head'] | undefined {
    return this.header?.chains.find((exported) => exported.chain === chain)?.head;
  }

  private found(what: string, record?: string): void {
    this.finding = { line: this.line, what, ...(record === undefined ? {} : { record }) };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Neither a record nor a header: the caller reports it.
    return undefined;
  }
}
