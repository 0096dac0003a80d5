/**
 * A host name has no address, or none was found in time. `code` is that of the system's resolver: `ENOTFOUND` if the
 * name does not exist, `EAI_AGAIN` if the name servers did not answer.
 */
export class NameUnresolvedError extends Error {
  readonly syscall = 'getaddrinfo';

  constructor(
    readonly code: 'ENOTFOUND' | 'EAI_AGAIN',
    readonly hostname: string,
    options?: ErrorOptions,
  ) {
    super(`getaddrinfo ${code} ${hostname}`, options);
    this.name = NameUnresolvedError.name;
  }
}
