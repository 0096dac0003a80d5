/** The error for an invalid fault rule; its message names the field. */
export class InvalidFaultError extends Error {
  override readonly name = 'InvalidFaultError';
}
