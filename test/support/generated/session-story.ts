import fc from 'fast-check';
import { type Member, members } from './cast';
import type { RequestPlan } from './request-plan';

/** A request for a session: by its owner by default. */
export type Deed = (typeof DEEDS)[number];

/** One session of a story: its opening with the owner, and the requests after it. */
export interface Strand {
  readonly owner: Member;
  readonly opening: RequestPlan;
  readonly deeds: readonly Deed[];
}

/** Interleaved requests for a few sessions of several callers. */
export interface Story {
  readonly strands: readonly Strand[];
  /** The strand of each turn, by index. Its first turn opens the session. */
  readonly turns: readonly number[];
}

const DEEDS = ['get', 'revisit', 'list', 'end', 'get by another', 'end by another', 'get by any'] as const;
/** The requests after a session's opening. */
const LIFE: readonly Deed[] = ['get', 'revisit', 'list', 'end', 'end', 'get'];
const STRANDS = 3;
/** Number of requests in a story. */
export const STORY_LENGTH = STRANDS * (1 + LIFE.length);

/** Generates stories with these plans for openings. */
export function storiesOf(openings: fc.Arbitrary<RequestPlan>): fc.Arbitrary<Story> {
  const wild = fc.array(fc.constantFrom(...DEEDS), { minLength: LIFE.length, maxLength: LIFE.length });
  const strand = fc.record({
    owner: members.filter((name) => name !== 'supervisor'),
    opening: openings,
    deeds: fc.oneof({ weight: 1, arbitrary: fc.constant(LIFE) }, { weight: 3, arbitrary: wild }),
  });
  const turns = Array.from({ length: STORY_LENGTH }, (_, at) => at % STRANDS);
  return fc.record({
    strands: fc.array(strand, { minLength: STRANDS, maxLength: STRANDS }),
    turns: fc.shuffledSubarray(turns, { minLength: STORY_LENGTH, maxLength: STORY_LENGTH }),
  });
}
