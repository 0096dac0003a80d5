/** A fault rule that cannot be carried out; its message names the field. */
export class InvalidFaultError extends Error {
  override readonly name = 'InvalidFaultError';
}
