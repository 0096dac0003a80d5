import { type ScopeName, SCOPES } from '../../common/access/scope';

/** Who is calling, and what they may do. */
export class Caller {
  /** Anybody, where nobody is asked who they are. */
  static readonly anonymous = new Caller('anonymous', new Set(SCOPES), '');

  /**
   * `owner` is what the sessions that the caller opens are kept under; empty: they are nobody's. `requestsPerMinute`
   * and `eventStreams` are there when the caller has limits of its own.
   */
  constructor(
    readonly name: string,
    readonly scopes: ReadonlySet<ScopeName>,
    readonly owner: string = name,
    readonly requestsPerMinute?: number,
    readonly eventStreams?: number,
  ) {}

  may(scope: ScopeName): boolean {
    return this.scopes.has(scope);
  }

  /** Whether somebody is the same caller, with the same rights. */
  isAs({ name, owner, scopes }: Caller): boolean {
    return (
      name === this.name &&
      owner === this.owner &&
      scopes.size === this.scopes.size &&
      [...scopes].every((scope) => this.may(scope))
    );
  }
}
