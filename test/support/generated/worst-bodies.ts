import type { Schema } from '../openapi-schema-changes';
import { AWKWARD_UNITS, filled } from './awkward-text';

/** A body with the maximum cost, and the reason for its cost. */
export interface WorstBody {
  readonly what: string;
  readonly text: string;
}

/** The path of a value in a body: names of properties, and `0` for the first element of a list. */
type Place = readonly string[];

/** Just below the size limit of a body, with room for the rest of it. */
const BYTES = 64_000;
const LEVELS = 10_000;

/** Makes the JSON of the element with this index. */
const ELEMENTS: Readonly<Record<string, (at: number) => string>> = {
  'empty objects': () => '{}',
  'empty lists': () => '[]',
  'empty texts': () => '""',
  nulls: () => 'null',
  'equal numbers': () => '1',
  'different numbers': String,
  'different texts': (at) => `"${at.toString(36)}"`,
  'objects with an unknown field': () => '{"a":1}',
};

/** Generates the worst 64 kB for each property of a schema, at any depth, and for the body as a whole. */
export function worstBodiesFor(schema: Schema): WorstBody[] {
  const values = placesIn(schema, []).flatMap(([place, { type }]) => worstValues(String(type), place));
  return [...values, ...WHOLE_BODIES, ...worstNames()];
}

function placesIn({ properties = {}, items }: Schema, within: Place): (readonly [Place, Schema])[] {
  const named = Object.entries(properties).map(([name, child]) => [[...within, name], child] as const);
  const listed = items === undefined ? [] : [[[...within, '0'], items] as const];
  return [...named, ...listed].flatMap(([place, child]) => [[place, child], ...placesIn(child, place)]);
}

/** Puts every value in every place: the type of a place only selects the costly ones. */
function worstValues(type: string, place: Place): WorstBody[] {
  const texts = AWKWARD_UNITS.map(
    (unit) => [`text of ${JSON.stringify(unit)}`, `"${filledJson(unit)}"`] as const,
  );
  const lists = Object.entries(ELEMENTS).map(
    ([what, element]) => [`list of ${what}`, `[${separated(element)}]`] as const,
  );
  const others = [
    ['map', `{${separated((at) => `"${at}":""`)}}`],
    ['depth', `${'['.repeat(LEVELS)}${']'.repeat(LEVELS)}`],
  ] as const;
  const fitting = type === 'array' ? lists : type === 'string' ? texts : [];
  return [...fitting, ...lists.slice(0, 1), ...others].map(([what, value]) => ({
    what: `${what} at ${place.join('/')}`,
    text: placed(value, place),
  }));
}

const WHOLE_BODIES: readonly WorstBody[] = [
  ['unknown fields', `{${separated((at) => `"${at.toString(36)}":1`)}}`],
  ['unknown fields of lists', `{${separated((at) => `"${at.toString(36)}":[]`)}}`],
  ['199 unknown fields', `{${listed(199, (at) => `"${at}${'~'.repeat(300)}":1`)}}`],
  ['an unknown list of objects', `{"a":[${separated(() => '{}')}]}`],
  ['an unknown list of numbers', `{"a":[${separated(() => '1')}]}`],
  ['an unknown map', `{"a":{${separated((at) => `"${at}":1`)}}}`],
  ['a key twice at the end', `{"a":"${'x'.repeat(BYTES - 20)}","b":1,"b":1}`],
  ['a list in place of an object', `[${separated(() => '{}')}]`],
  ['open brackets', '['.repeat(BYTES)],
  ['open braces', '{"a":'.repeat(BYTES / 5)],
  ['levels of objects', `${'{"a":'.repeat(LEVELS)}1${'}'.repeat(LEVELS)}`],
  ['digits', `{"a":${'9'.repeat(BYTES)}}`],
  ['white space', `{${' '.repeat(BYTES)}}`],
  ['commas', ','.repeat(BYTES)],
  ['quotes', '"'.repeat(BYTES)],
  ['a text without an end', `{"a":"${'x'.repeat(BYTES)}`],
].map(([what = '', text = '']) => ({ what, text }));

function worstNames(): WorstBody[] {
  return AWKWARD_UNITS.map((unit) => ({
    what: `an unknown field named ${JSON.stringify(unit)} many times`,
    text: `{"${filledJson(unit)}":1}`,
  }));
}

function placed(value: string, place: Place): string {
  return place.reduceRight((inner, name) => (name === '0' ? `[${inner}]` : `{"${name}":${inner}}`), value);
}

function filledJson(unit: string): string {
  const escaped = JSON.stringify(unit).slice(1, -1);
  return filled(escaped, BYTES);
}

/** Makes as many elements as fit. */
function separated(element: (at: number) => string): string {
  const elements: string[] = [];
  for (let bytes = 0, at = 0; ; at += 1) {
    const next = element(at);
    bytes += next.length + 1;
    if (bytes > BYTES) return elements.join();
    elements.push(next);
  }
}

function listed(count: number, element: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => element(at)).join();
}
