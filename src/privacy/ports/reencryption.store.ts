/** The position at which a walk over all encrypted texts continues. */
export interface WalkPosition {
  readonly place: number;
  readonly key: string;
}

export interface WalkStep {
  /** Number of texts that were encrypted again. */
  readonly renewed: number;
  /** Texts that no key decrypts, by table, column and key of the row. They stay as they are. */
  readonly unreadable: readonly string[];
  /** Absent at the end of the walk. */
  readonly next?: WalkPosition;
}

/**
 * The keys that stored texts may be encrypted with. The first one of `DATA_KEY` is the current one: it encrypts new
 * texts.
 */
export abstract class ReencryptionStore {
  /** The ids of other keys that may still be needed; an empty one stands for plain texts. */
  abstract outdated(): Promise<readonly string[]>;

  /**
   * Reads at most `limit` stored texts, from the beginning or from the end of an earlier step, and re-encrypts those
   * that are not under the current key. A concurrent change wins. After the walk, every text that was stored at its
   * beginning and can be decrypted is under the current key.
   */
  abstract renew(limit: number, from?: WalkPosition): Promise<WalkStep>;

  /** Forgets keys that encrypt no stored text any more. */
  abstract retire(keyIds: readonly string[]): Promise<void>;
}
