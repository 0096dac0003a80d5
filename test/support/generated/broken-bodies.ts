/** Bodies that are not valid JSON, or have an unusual form, made from the text of a valid one. */
export const BROKEN_BODIES = {
  empty: () => '',
  'half of it': (text: string) => text.slice(0, Math.floor(text.length / 2)),
  'a rest behind it': (text: string) => `${text}}`,
  twice: (text: string) => text + text,
  'words that are no JSON': () => 'queueId=support',
  'single quotes': (text: string) => text.replaceAll('"', "'"),
  'a byte order mark': (text: string) => `\ufeff${text}`,
  'another encoding': (text: string) => Buffer.from(text, 'utf16le'),
  'bytes that are no UTF-8': () => Buffer.from('{"a":"\xff\xfe"}', 'latin1'),
  'a key twice': (text: string) => text.replace('{', '{"a":1,"a":1,'),
  'a number beyond all numbers': (text: string) => text.replace('{', '{"a":1e400,'),
  'a NUL': (text: string) => text.replace('{', '{"a":"\\u0000",'),
  'half a surrogate pair': (text: string) => text.replace('{', '{"a":"\\ud83d",'),
  'a way to the prototype': (text: string) => text.replace('{', '{"__proto__":{"isAdmin":true},'),
  depth: () => `${'['.repeat(2_000)}${']'.repeat(2_000)}`,
  'many keys': () =>
    JSON.stringify(Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`k${at}`, at]))),
  'a list': (text: string) => `[${text}]`,
  'a text': (text: string) => JSON.stringify(text),
  'a number': () => '7',
  null: () => 'null',
} as const satisfies Record<string, (text: string) => string | Buffer>;

export type BrokenBody = keyof typeof BROKEN_BODIES;

/** More bytes than the service reads of a body. */
export function tooLarge(text: string): string {
  return text + ' '.repeat(66_000);
}
