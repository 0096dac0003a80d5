import { type ScopeName, SCOPES } from '../../common/access/scope';

/** Limits of a caller's own; what is absent is as the deployment has it for every caller. */
export interface CallerLimits {
  readonly requestsPerMinute?: number;
  /** Sessions that may live at once. */
  readonly maxSessions?: number;
  /** Event streams in one process. */
  readonly eventStreams?: number;
}

/** The caller of a request, with its scopes and limits. */
export class Caller {
  /** Anybody, where nobody is asked who they are. */
  static readonly anonymous = new Caller('anonymous', new Set(SCOPES), '');

  /** `owner` is the owner of the sessions that the caller opens; empty: they have no owner. */
  constructor(
    readonly name: string,
    readonly scopes: ReadonlySet<ScopeName>,
    readonly owner: string = name,
    readonly limits: CallerLimits = {},
  ) {}

  /** Whether no credential was needed. It holds as well for a caller that another replica has forwarded. */
  get isAnonymous(): boolean {
    return this.owner === '';
  }

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
