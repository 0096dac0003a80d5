import { InvalidFaultError } from './invalid-fault.errors';

/** Returns the error in a value, or undefined. */
export type Check = (value: unknown) => string | undefined;
export type Fields = Readonly<Record<string, Check>>;

export const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined ? undefined : check(value);

export const wholeNumber =
  (from: number, to = Number.MAX_SAFE_INTEGER): Check =>
  (value) =>
    Number.isInteger(value) && Number(value) >= from && Number(value) <= to
      ? undefined
      : `must be a whole number from ${from} to ${to}`;

export const oneOf =
  (...allowed: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && allowed.includes(value) ? undefined : `must be one of ${allowed.join(', ')}`;

export const text: Check = (value) => (typeof value === 'string' ? undefined : 'must be a string');
export const anything: Check = () => undefined;

/** Returns the value if it is an object with only these fields, all of them valid. */
export function checked(name: string, value: unknown, fields: Fields): Record<string, unknown> {
  if (!isRecord(value)) throw new InvalidFaultError(`${name} must be an object`);
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(fields, key));
  if (unknown !== undefined) throw new InvalidFaultError(`${name}.${unknown} is not known`);
  for (const [key, check] of Object.entries(fields)) {
    const problem = check(value[key]);
    if (problem !== undefined) throw new InvalidFaultError(`${name}.${key} ${problem}`);
  }
  return value;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
