/** What came over the socket is no frame of the protocol. Its content stays out of the message. */
export class MalformedFrameError extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(`The frame cannot be understood: ${what}`, options);
    this.name = MalformedFrameError.name;
  }
}
