type Attributes = Readonly<Record<string, string>>;

/**
 * The custom attributes of the opening. Everything that can carry them does, until one has arrived: Genesys Cloud makes
 * participant data of them, so that a repeat changes nothing.
 */
export class OpeningAttributes {
  constructor(private pending: Attributes | undefined) {}

  get isPending(): boolean {
    return this.pending !== undefined;
  }

  /** Attributes of a message: those of the opening as long as they are pending, and its own, which win. */
  beside(own?: Attributes): Attributes | undefined {
    if (this.pending === undefined) return own;
    return { ...this.pending, ...own };
  }

  /** Something that carried them is in the conversation. */
  arrived(): void {
    this.pending = undefined;
  }
}
