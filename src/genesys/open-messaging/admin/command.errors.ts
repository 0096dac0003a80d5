/** A command cannot be carried out as it was given; the message tells the operator the reason and never holds a secret. */
export class CommandRefusedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = CommandRefusedError.name;
  }
}
