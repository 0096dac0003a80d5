import type { ValidationError } from '@nestjs/common';
import type { InputError } from '../errors/domain.errors';
import { MAX_TOLD_ERRORS } from '../errors/invalid-request.errors';
import { pointerTo } from './json-pointer';

/** Codes of the constraints, most specific first: of several on one field the first is reported. */
const CODES: readonly (readonly [constraint: string, code: string])[] = [
  ['whitelistValidation', 'unknown-field'],
  ['isString', 'type'],
  ['isInt', 'type'],
  ['isArray', 'type'],
  ['isIn', 'out-of-range'],
  ['min', 'out-of-range'],
  ['max', 'out-of-range'],
  ['isWithinMaxDuration', 'out-of-range'],
  ['isKnownChannel', 'out-of-range'],
  ['isNotEmpty', 'required'],
  ['arrayNotEmpty', 'required'],
  ['maxLength', 'too-long'],
  ['maxGraphemes', 'too-long'],
  ['maxBytes', 'too-long'],
  ['arrayMaxSize', 'too-long'],
  ['arrayUnique', 'duplicate'],
  ['hasRequiredCapabilities', 'capability-mismatch'],
];

/**
 * Flattens the errors of class-validator into one entry per broken rule of the request, in the order of the fields.
 * Stops after the first one beyond the reported number, which signals that there are more.
 */
export function toInputErrors(errors: readonly ValidationError[]): InputError[] {
  const told: InputError[] = [];
  for (const error of entriesOf(errors, '#')) {
    if (told.push(error) > MAX_TOLD_ERRORS) break;
  }
  return told;
}

function* entriesOf(errors: readonly ValidationError[], parent: string): Generator<InputError> {
  for (const error of errors) {
    const pointer = pointerTo(parent, error.property);
    const own = describe(pointer, error);
    if (own !== undefined) yield own;
    yield* entriesOf(error.children ?? [], pointer);
  }
}

function describe(pointer: string, { constraints, value }: ValidationError): InputError | undefined {
  if (constraints === undefined) return undefined;
  const broken = CODES.find(([constraint]) => constraint in constraints);
  const [constraint, code] = broken ?? [Object.keys(constraints)[0] ?? '', 'format'];
  if (value === undefined && constraint !== 'whitelistValidation') {
    return { pointer, code: 'required', detail: 'is required' };
  }
  if (code === 'unknown-field') return { pointer, code, detail: 'is not a field of this request' };
  return { pointer, code, detail: constraints[constraint] ?? 'is invalid' };
}
