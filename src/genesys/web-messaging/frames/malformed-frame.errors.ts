/** A text that is not JSON: the server does not speak the protocol. The message does not hold its content. */
export class MalformedFrameError extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(`The frame cannot be understood: ${reason}`, options);
    this.name = MalformedFrameError.name;
  }
}
