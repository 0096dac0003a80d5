import { UpstreamUnavailableError } from '../../../common/errors/upstream.errors';

/** Lets so many pieces of work run at a time. One too many is refused at once and does not wait. */
export class AtMost {
  private present = 0;

  constructor(private readonly max: number) {}

  /** Rejects with an `UpstreamUnavailableError` for overload where there is no room. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.present >= this.max) throw new UpstreamUnavailableError({ reason: 'overload' });
    this.present += 1;
    try {
      return await work();
    } finally {
      this.present -= 1;
    }
  }
}
