import { type ScopeName, SCOPES } from '../../common/access/scope';

/** Limits of a single caller; for absent ones the deployment's defaults hold. */
export interface CallerLimits {
  readonly requestsPerMinute?: number;
  /** Maximum number of live sessions. */
  readonly maxSessions?: number;
  /** Maximum number of event streams per process. */
  readonly eventStreams?: number;
}

/** The caller of a request, with its scopes and limits. */
export class Caller {
  /** The caller of every request in the modes without credentials. */
  static readonly anonymous = new Caller('anonymous', new Set(SCOPES), '');

  /** `owner` is the owner of the sessions that the caller opens; empty: they have no owner. */
  constructor(
    readonly name: string,
    readonly scopes: ReadonlySet<ScopeName>,
    readonly owner: string = name,
    readonly limits: CallerLimits = {},
  ) {}

  /**
   * Tells whether no credential was needed. It also holds for the caller of a forwarded request.
   */
  get isAnonymous(): boolean {
    return this.owner === '';
  }

  may(scope: ScopeName): boolean {
    return this.scopes.has(scope);
  }

  /** Tells whether the other caller is the same one, with the same rights. */
  isAs({ name, owner, scopes }: Caller): boolean {
    return (
      name === this.name &&
      owner === this.owner &&
      scopes.size === this.scopes.size &&
      [...scopes].every((scope) => this.may(scope))
    );
  }
}
