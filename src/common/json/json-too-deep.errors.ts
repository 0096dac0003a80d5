/** JSON that is nested too deeply to be written again. The text is valid as far as it was read. */
export class JsonTooDeepError extends SyntaxError {
  constructor(maxDepth: number) {
    super(`nested deeper than ${maxDepth} levels`);
    this.name = JsonTooDeepError.name;
  }
}
