/** An integration was still being created when the time for it was over. */
export class CreationPendingError extends Error {
  constructor(id: string, options?: ErrorOptions) {
    super(`Genesys Cloud is still creating the integration ${id}.`, options);
    this.name = CreationPendingError.name;
  }
}
