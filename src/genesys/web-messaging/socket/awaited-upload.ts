/** A file that is on its way to the platform, and what the platform says of it. */
export class AwaitedUpload {
  readonly outcome: Promise<void>;
  succeed: () => void = () => undefined;
  fail: (error: Error) => void = () => undefined;

  constructor() {
    this.outcome = new Promise((resolve, reject) => {
      this.succeed = resolve;
      this.fail = reject;
    });
    // It may be told to nobody.
    this.outcome.catch(() => undefined);
  }
}
