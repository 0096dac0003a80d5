/** Text of the socket that is no JSON: the other side does not speak the protocol. Its content stays out of the message. */
export class MalformedFrameError extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(`The frame cannot be understood: ${what}`, options);
    this.name = MalformedFrameError.name;
  }
}
