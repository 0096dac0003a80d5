import { ValidateBy } from 'class-validator';

const MAX_BYTES = 2048;

/** Texts by name, no larger than Genesys Cloud takes: the bytes of all names and texts count. */
export function AreCustomAttributes(): PropertyDecorator {
  return ValidateBy({
    name: 'areCustomAttributes',
    validator: {
      validate: isSmallTextMap,
      defaultMessage: () => `must be texts by name, together at most ${MAX_BYTES} bytes`,
    },
  });
}

function isSmallTextMap(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries: [string, unknown][] = Object.entries(value);
  const bytes = entries.reduce(
    (sum, [name, text]) =>
      sum +
      Buffer.byteLength(name) +
      (typeof text === 'string' ? Buffer.byteLength(text) : Number.POSITIVE_INFINITY),
    0,
  );
  return bytes <= MAX_BYTES;
}
