/** JSON that is nested deeper than what may be written again. The text is JSON as far as it was read. */
export class JsonTooDeepError extends SyntaxError {
  constructor(maxDepth: number) {
    super(`nested deeper than ${maxDepth} levels`);
    this.name = JsonTooDeepError.name;
  }
}
