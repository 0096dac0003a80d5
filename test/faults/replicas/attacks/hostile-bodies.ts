/** The largest body that the service reads. */
const LIMIT_BYTES = 64 * 1024;
/** Bytes for the rest of the body around the repeated part. */
const NEARLY = LIMIT_BYTES - 300;
const EMPTY_CHOICES = 21_633;
const UNIQUE_NUMBERS = 12_675;
/** "e" with this many accents is one visible character. */
const COMBINING_MARK = '\u0301';

/** A JSON body just below the size limit that is cheap for its sender, and the weakness that it targets. */
export interface HostileBody {
  readonly weakness: string;
  readonly body: Buffer;
}

/** Bodies for `POST /v1/sessions/{conversationId}/messages`. */
export function hostileMessages(): HostileBody[] {
  return [
    named('one error per list entry', `{"buttonResponses":[${repeated('{}', EMPTY_CHOICES)}]}`),
    named('pairwise comparison of a unique list', `{"attachmentIds":[${numbers(UNIQUE_NUMBERS)}]}`),
    named('size of a text in its slowest unit', `{"text":"${accents()}"}`),
    named('one error per attribute', `{"text":"a","customAttributes":{${fields('1')}}}`),
    ...hostileObjects('"text":"a"'),
  ];
}

/** Bodies for `POST /v1/sessions`. */
export function hostileOpenings(): HostileBody[] {
  return [
    named(
      'pairwise comparison of a unique list',
      `{"queueId":"q","capabilities":[${numbers(UNIQUE_NUMBERS)}]}`,
    ),
    named('search in a long list', `{"queueId":"q","capabilities":[${repeated('"a"', NEARLY / 4)}]}`),
    named('count of graphemes', `{"queueId":"q","name":"e${accents()}"}`),
    named('pattern on a long text', `{"queueId":"${'a'.repeat(NEARLY)}"}`),
    named('language tag without end', `{"queueId":"q","locale":"en${'-a'.repeat(NEARLY / 2)}"}`),
    named('login of many fields', `{"queueId":"q","authentication":{${fields('1')}}}`),
    named('number without end', `{"queueId":"q","durationLimit":1${'0'.repeat(NEARLY)}}`),
    ...hostileObjects('"queueId":"q"'),
  ];
}

/** Bodies for `PUT /v1/sessions/{conversationId}/authentication`. */
export function hostileLogins(): HostileBody[] {
  return [
    named('pattern on a long text', `{"idToken":"${'a.'.repeat(NEARLY / 2)}","nonce":"n"}`),
    named('characters of several bytes', `{"authCode":"${accents()}","redirectUri":"a"}`),
    ...hostileObjects('"authCode":"c"'),
  ];
}

/** Bodies for `POST /v1/deliveries/replay`. */
export function hostileReplays(): HostileBody[] {
  return [
    named('pattern on a long text', `{"sink":"${'a-'.repeat(NEARLY / 2)}"}`),
    named('date without end', `{"from":"2027-01-01T00:00:00.${'0'.repeat(NEARLY)}Z"}`),
    ...hostileObjects('"sink":"none"'),
  ];
}

/** Bodies that are costly for any JSON parser. */
function hostileObjects(field: string): HostileBody[] {
  return [
    named('one error per unknown field', `{${field},${fields('0')}}`),
    named('comparison of repeated names', `{${field},${repeated('"a":0', NEARLY / 6)}}`),
    named('long field name', `{${field},"${'n'.repeat(NEARLY)}":0}`),
    named('accents in a field name', `{${field},"${accents()}":0}`),
    named('depth of lists', `{${field},"a":${'['.repeat(NEARLY / 2)}${']'.repeat(NEARLY / 2)}}`),
    named('depth of objects', `{${field},"a":${'{"a":'.repeat(NEARLY / 6)}0${'}'.repeat(NEARLY / 6)}}`),
    named('escapes', `{${field},"a":"${'\\u0041'.repeat(NEARLY / 6)}"}`),
    named('unfinished list', `{${field},"a":[${repeated('0', NEARLY / 2)}`),
  ];
}

function named(weakness: string, text: string): HostileBody {
  return { weakness, body: Buffer.from(text).subarray(0, LIMIT_BYTES) };
}

function repeated(text: string, times: number): string {
  return Array.from({ length: Math.floor(times) }, () => text).join();
}

function numbers(count: number): string {
  return Array.from({ length: count }, (_, index) => index).join();
}

/** 60 kB of combining marks. */
function accents(): string {
  return COMBINING_MARK.repeat(30_000);
}

/** Thousands of fields with different names. */
function fields(value: string): string {
  return Array.from({ length: 6_000 }, (_, index) => `"${index.toString(36)}":${value}`).join();
}
