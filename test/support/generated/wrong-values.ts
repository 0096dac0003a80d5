import fc from 'fast-check';
import { isRecord } from '../openapi-reader';
import type { Schema } from '../openapi-schema-changes';
import { edgesOf } from './schema-values';

/** Values that are known to break programs. */
const BREAKING_VALUES = [
  ...['', ' ', '\t', '\0', 'a\0b', '\x7f', '\r\nx-injected: 1'],
  ...['ü', '💬', '\ufeff', '\u2028', '\u202eabc', '\ud83d'],
  ...'-1 0 1 00 +1 1.5 1e400 NaN Infinity 201 2701 1970-01-01 2027-02-30T00:00:00Z'.split(' '),
  ...'null true undefined [] {} __proto__ constructor toString'.split(' '),
  ...'.. ../../etc/passwd ..%2f..%2fetc ..\\.. %00 % %zz %ff * / // ; ? #'.split(' '),
  ...["' OR 1=1--", '$(id)', '{{7*7}}', '<script>', '"', '\\', '%s%n'],
  ...['9'.repeat(30), 'x'.repeat(129), 'x'.repeat(513), 'x'.repeat(5_000), 'x'.repeat(20_000)],
  ...['é'.repeat(2_000), '👩‍👩‍👧‍👦'.repeat(40)],
];

/** Unusual texts, including forged positions in lists. */
export const unusualTexts: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...BREAKING_VALUES) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.oneof(fc.integer(), fc.constantFrom<unknown>(null, 'crm', '', {}), fc.uuid()), {
        maxLength: 6,
      })
      .map((parts) => Buffer.from(JSON.stringify(parts)).toString('base64url')),
  },
);

const wrongValues: fc.Arbitrary<unknown> = fc.oneof(
  unusualTexts.filter((text) => text.length < 10_000),
  fc.constantFrom<unknown>(null, true, false, 0, -0, -1, 1, 0.5, 2_701, 1e300, 2 ** 53, [], {}, [null], [[]]),
  fc.jsonValue({ maxDepth: 2 }),
);

const wrongNames = fc.oneof(
  fc.constantFrom('extra', '', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'a.b', 'a~/b', 'id'),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

/** One change of a JSON value. `at` counts its places, the whole being the first. */
export type Mutation =
  | { readonly how: 'replace'; readonly at: number; readonly value: unknown }
  | { readonly how: 'drop' | 'wrap' | 'repeat'; readonly at: number }
  | { readonly how: 'set'; readonly name: string; readonly value: unknown };

/** Generates changes of a valid value, most of which make it invalid. */
export function mutationsOf(schema: Schema): fc.Arbitrary<Mutation> {
  const at = fc.nat(30);
  const edges = edgeMutationsOf(schema);
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ how: fc.constant('replace' as const), at, value: wrongValues }) },
    { weight: 2, arbitrary: fc.record({ how: fc.constantFrom('drop', 'wrap', 'repeat'), at }) },
    {
      weight: 1,
      arbitrary: fc.record({ how: fc.constant('set' as const), name: wrongNames, value: wrongValues }),
    },
    ...(edges.length === 0 ? [] : [{ weight: 2, arbitrary: fc.constantFrom(...edges) }]),
  );
}

/** Generates changes that set a property to a value just outside its range. */
export function edgeMutationsOf({ properties = {} }: Schema): Mutation[] {
  return Object.entries(properties).flatMap(([name, property]) =>
    edgesOf(property).map((value) => ({ how: 'set', name, value }) as const),
  );
}

export function mutated(value: unknown, mutation: Mutation): unknown {
  if (mutation.how === 'set') {
    return isRecord(value) ? { ...value, [mutation.name]: mutation.value } : [value, mutation.value];
  }
  const places = placesIn(value);
  const place = places[mutation.at % places.length] ?? [];
  return changedAt(value, place, (found) => {
    if (mutation.how === 'replace') return mutation.value;
    if (mutation.how === 'drop') return undefined;
    return mutation.how === 'wrap' ? [found] : [found, found];
  });
}

/** Returns the path of each nested value, and of the value itself. */
function placesIn(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [[]];
  const inside = Object.entries(value).flatMap(([name, child]) =>
    placesIn(child).map((place) => [name, ...place]),
  );
  return [[], ...inside];
}

function changedAt(value: unknown, place: readonly string[], change: (found: unknown) => unknown): unknown {
  const [name, ...rest] = place;
  if (name === undefined) return change(value);
  const entries = Object.entries(value ?? {}).map(([key, child]: [string, unknown]) =>
    key === name ? ([key, changedAt(child, rest, change)] as const) : ([key, child] as const),
  );
  return Array.isArray(value) ? entries.map(([, child]) => child) : Object.fromEntries(entries);
}
