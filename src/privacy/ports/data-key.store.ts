/** Where a walk over everything that is encrypted goes on. */
export interface WalkPosition {
  readonly place: number;
  readonly key: string;
}

export interface WalkStep {
  /** How many texts were encrypted again. */
  readonly renewed: number;
  /** Texts that no key decrypts, by table, column and key of the row. They stay as they are. */
  readonly unreadable: readonly string[];
  /** Absent when the walk is over. */
  readonly next?: WalkPosition;
}

/** The keys that stored texts may be encrypted with. The first one of `DATA_KEY` is in use: it encrypts what is new. */
export abstract class DataKeyStore {
  /** The ids of those that are not in use and may still be needed; an empty one stands for texts in clear. */
  abstract outdated(): Promise<readonly string[]>;

  /**
   * Looks at no more than `limit` stored texts, from the beginning or from where an earlier step ended, and encrypts
   * with the key in use what is not. What others change at the same time stays as they leave it. Everything that was
   * stored when the walk began, and can be decrypted, is under the key in use once it is over.
   */
  abstract renew(limit: number, from?: WalkPosition): Promise<WalkStep>;

  /** Forgets keys that nothing is encrypted with any more. */
  abstract retire(keyIds: readonly string[]): Promise<void>;
}
