/** Maximum number of named members: the response of a name server may have many addresses. */
const MAX_MEMBERS = 8;

interface Failure {
  readonly message: string;
}

/** The members of an `AggregateError`, recognised by shape: in tests, sockets throw one of another realm. */
export function membersOf(error: unknown): readonly Failure[] {
  const isList =
    typeof error === 'object' && error !== null && 'errors' in error && Array.isArray(error.errors);
  const members: unknown[] = isList ? (error.errors as unknown[]) : [];
  return members.every(isFailure) ? members : [];
}

function isFailure(member: unknown): member is Failure {
  return typeof member === 'object' && member !== null && 'message' in member;
}

/**
 * The message of an error; for an aggregate, such as the failures of several addresses, the messages of its members.
 */
export function messageOf(error: Failure): string {
  const members = membersOf(error);
  return members.length === 0 ? error.message : distinct(members.map(messageOf)).join('; ');
}

/** The codes of an error or of the members of an aggregate, each once. They contain no address and no host. */
export function codesOf(error: unknown): string[] {
  const members = membersOf(error);
  if (members.length > 0) return distinct(members.flatMap(codesOf));
  const isCoded = typeof error === 'object' && error !== null && 'code' in error;
  return isCoded && typeof error.code === 'string' ? [error.code] : [];
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].slice(0, MAX_MEMBERS);
}

/** Adds the codes of the members of an aggregate, such as one for each address of a name; other errors have one cause. */
export function withMembers(reason: string, error: unknown): string {
  const codes = membersOf(error).length === 0 ? [] : codesOf(error);
  return codes.length === 0 ? reason : `${reason} (${codes.join(', ')})`;
}
