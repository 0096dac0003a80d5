/** Fields with values that the contract defines; of any other field it defines the place and the type. */
const FIXED =
  /^(type|class|code|body\.(type|direction|originatingEntity|connected|newSession|clearedExistingSession|reason(Code)?)|body\.content\.0\.contentType|body\.events\.\d+\.(eventType|presence\.type|typing\.type)|body\.metadata\.readOnly)$/;

/**
 * Returns the fields of an official frame that another frame does not have in the same place, with the same type and,
 * where the contract fixes it, with the same value. Fields below an ignored path do not count, nor do those beyond
 * the official frame: a closed schema reports these.
 */
export function missingIn(
  frame: object,
  official: object,
  ignored: readonly string[] = [],
): readonly string[] {
  const leaves = new Map(leavesOf(frame));
  return leavesOf(official)
    .filter(([path]) => !ignored.some((prefix) => path === prefix || path.startsWith(`${prefix}.`)))
    .filter(([path, value]) => {
      const found = valueAt(frame, path);
      return FIXED.test(path) ? leaves.get(path) !== value : kindOf(found) !== kindOf(value);
    })
    .map(([path]) => path);
}

/**
 * Returns the values that are not objects, or are empty ones, by their paths; the first entry of a list represents
 * all.
 */
function leavesOf(value: unknown, path: readonly string[] = []): readonly (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0)
    return [[path.join('.'), value]];
  const entries = Array.isArray(value) ? value.slice(0, 1) : value;
  return Object.entries(entries).flatMap(([name, part]) => leavesOf(part, [...path, name]));
}

function valueAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (part, name) =>
        typeof part === 'object' ? (part as Record<string, unknown> | null)?.[name] : undefined,
      value,
    );
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : typeof value;
}
