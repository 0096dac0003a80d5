/** Called for the parts of a JSON text in order. A throw ends the scan. */
export interface JsonVisitor {
  /** An object or a list begins. */
  onOpen(): void;
  onClose(): void;
  /** The spelling, with its quotes. */
  onKey?(spelled: string): void;
  /** The spelling, with its quotes. */
  onText?(spelled: string): void;
  /** A number, `true`, `false` or `null`. */
  onLiteral?(): void;
}

const QUOTE = '"';

/**
 * Scans a JSON text in linear time without building anything, so that its shape is known before it is parsed. It does
 * not validate: on an invalid text it reports some parts, and ends.
 */
export function scanJson(text: string, visitor: JsonVisitor): void {
  const tokens = /[[\]{}"]|[^\s[\]{}",:]+/g;
  for (let token = tokens.exec(text); token !== null; token = tokens.exec(text)) {
    const [found] = token;
    if (found === '{' || found === '[') visitor.onOpen();
    else if (found === '}' || found === ']') visitor.onClose();
    else if (found !== QUOTE) visitor.onLiteral?.();
    else {
      tokens.lastIndex = endOfText(text, token.index);
      const spelled = text.slice(token.index, tokens.lastIndex);
      if (isFollowedByColon(text, tokens.lastIndex)) visitor.onKey?.(spelled);
      else visitor.onText?.(spelled);
    }
  }
}

/** The position after the closing quote of the string that begins at `start`. */
function endOfText(text: string, start: number): number {
  const marks = /["\\]/g;
  marks.lastIndex = start + 1;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    if (mark[0] === QUOTE) return marks.lastIndex;
    marks.lastIndex += 1;
  }
  return text.length;
}

function isFollowedByColon(text: string, end: number): boolean {
  const colon = /\s*:/y;
  colon.lastIndex = end;
  return colon.test(text);
}
