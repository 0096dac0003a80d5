import { UpstreamServerError } from '../../common/errors/upstream.errors';
import { problemKeptOf } from './stored-response';

describe(problemKeptOf.name, () => {
  it('stores a failure of the platform in a form that the previous release can read', () => {
    expect(problemKeptOf(new UpstreamServerError(500)).problem).toMatchObject({
      code: 'upstream-error',
      kind: 'upstream-rejected',
    });
  });
});
