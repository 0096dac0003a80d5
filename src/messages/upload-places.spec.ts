import { newApiKey } from '../access/api-key';
import { Caller } from '../access/domain/caller';
import { AccessConfig } from '../config/access.config';
import { Environment } from '../config/environment';
import { MessagesConfig } from '../config/messages.config';
import { CallerUploadLimitReachedError, TooManyUploadsError } from './domain/upload.errors';
import { UploadPlaces } from './upload-places';

const [ONE, TWO, THREE] = ['one', 'two', 'three'].map(
  (name) => new Caller(name, new Set(['messages.write'])),
) as [Caller, Caller, Caller];

function placesWith(settings: Partial<Environment>): UploadPlaces {
  const environment = Object.assign(new Environment(), settings);
  return new UploadPlaces(new MessagesConfig(environment), new AccessConfig(environment));
}

/** Takes all places that the caller can get. */
function fill(places: UploadPlaces, caller: Caller): { readonly count: number; readonly refusal: unknown } {
  for (let count = 0; ; count += 1) {
    try {
      places.take(caller);
    } catch (refusal) {
      return { count, refusal };
    }
  }
}

describe(UploadPlaces.name, () => {
  it('leaves another caller served when one has filled its share', () => {
    const places = placesWith({ ACCESS_MODE: 'jwt' });

    const { count, refusal } = fill(places, ONE);

    expect([count, refusal]).toEqual([8, expect.any(CallerUploadLimitReachedError)]);
    expect(refusal).toMatchObject({ code: 'caller-upload-limit-reached', retryAfterMs: 1_000 });
    places.take(TWO)();
    expect(fill(places, TWO).count).toBe(8);
    expect(fill(places, THREE)).toEqual({ count: 0, refusal: expect.any(TooManyUploadsError) });
  });

  it('gives a released place to the next upload', () => {
    const places = placesWith({ UPLOAD_MAX_CONCURRENT: 1, ACCESS_MODE: 'jwt' });
    const release = places.take(ONE);
    release();

    expect(fill(places, ONE).count).toBe(1);
  });

  it('gives all places to callers without credentials, and to the only caller that can upload', () => {
    const { entry } = newApiKey({ name: 'one', scopes: ['messages.write'] });

    const forwarded = new Caller('anonymous', Caller.anonymous.scopes, '');
    const anonymous = fill(placesWith({ ACCESS_MODE: 'open', UPLOAD_MAX_PER_CALLER: 2 }), forwarded);
    expect(anonymous).toEqual({ count: 16, refusal: expect.any(TooManyUploadsError) });
    expect(fill(placesWith({ API_KEYS: [entry] }), ONE).count).toBe(16);
  });

  it('prefers the limit of the deployment', () => {
    const places = placesWith({ ACCESS_MODE: 'jwt', UPLOAD_MAX_CONCURRENT: 10, UPLOAD_MAX_PER_CALLER: 3 });

    expect(fill(places, ONE).count).toBe(3);
  });
});
