import fc from 'fast-check';
import type { ApiOperation, ApiParameter } from './api-description';
import { type Role, roles } from './fuzz-callers';
import { examplesOf, textOf, valuesOf } from './schema-values';
import { type PlannedText, type Deviation, deviationsFor } from './deviations';

/** A request without values that depend on the service's state. */
export interface RequestPlan {
  readonly operation: string;
  readonly role: Role;
  /** Values by name; optional ones may be undefined. */
  readonly values: Readonly<Record<string, PlannedText | undefined>>;
  readonly body?: unknown;
  readonly deviation: Deviation;
}

/** Plans for an operation: nearly half of them as described, the others with one deviation. */
export function plansFor(operation: ApiOperation): fc.Arbitrary<RequestPlan> {
  return fc.record({ ...describedParts(operation), role: roles, deviation: deviationsFor(operation) });
}

/** Plans for an operation with the description's examples, which have to succeed. */
export function examplePlansFor({ id, parameters, body }: ApiOperation): fc.Arbitrary<RequestPlan> {
  const required = parameters.filter(({ isRequired }) => isRequired);
  const said = required.map((parameter) => [parameter.name, saidFor(parameter)]);
  return fc.record({
    operation: fc.constant(id),
    role: fc.constant({ kind: 'member' as const, name: 'supervisor' as const }),
    values: fc.record(Object.fromEntries(said) as Record<string, fc.Arbitrary<PlannedText>>),
    body: body === undefined ? fc.constant(undefined) : examplesOf(body.schema),
    deviation: fc.constant({ kind: 'none' as const }),
  });
}

function describedParts({ id, parameters, body }: ApiOperation): {
  operation: fc.Arbitrary<string>;
  values: fc.Arbitrary<RequestPlan['values']>;
  body: fc.Arbitrary<unknown>;
} {
  const texts = parameters.map((parameter) => [parameter.name, textsFor(parameter)]);
  return {
    operation: fc.constant(id),
    values: fc.record(Object.fromEntries(texts) as Record<string, fc.Arbitrary<PlannedText | undefined>>),
    body: body === undefined ? fc.constant(undefined) : valuesOf(body.schema),
  };
}

function textsFor(parameter: ApiParameter): fc.Arbitrary<PlannedText | undefined> {
  const otherwise = valuesOf(parameter.schema).map(textOf);
  const recalled = fc.record({ recall: fc.nat(1_000), otherwise });
  // A value that is an id, or has no example, has to come from an answer.
  const isTold =
    parameter.place === 'path' || (isFree(parameter) && parameter.schema['example'] === undefined);
  const text = fc.oneof(
    { weight: isTold ? 4 : 1, arbitrary: recalled },
    { weight: isTold ? 1 : 4, arbitrary: saidFor(parameter) },
  );
  const absent = fc.constant(undefined);
  return parameter.isRequired
    ? text
    : fc.oneof({ weight: 3, arbitrary: absent }, { weight: 1, arbitrary: text });
}

function saidFor(parameter: ApiParameter): fc.Arbitrary<PlannedText> {
  // A header may have to be unique, such as the key of a request.
  if (parameter.place === 'header' && isFree(parameter)) return fc.constant({ isUnique: true });
  return fc.record({ say: valuesOf(parameter.schema).map(textOf) });
}

/** Returns whether a parameter may be any text. */
function isFree({ schema: { type, enum: choices, pattern, format } }: ApiParameter): boolean {
  return type === 'string' && [choices, pattern, format].every((rule) => rule === undefined);
}
