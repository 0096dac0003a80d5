import fc from 'fast-check';
import { type Member, members } from './cast';
import type { RequestPlan } from './request-plan';

/** What is asked of a session: by its owner, unless it says otherwise. */
export type Deed = (typeof DEEDS)[number];

/** One session's part of a story: how it is opened and by whom, and what happens to it then. */
export interface Strand {
  readonly owner: Member;
  readonly opening: RequestPlan;
  readonly deeds: readonly Deed[];
}

/** The lives of a few sessions, of several callers, told in turns. */
export interface Story {
  readonly strands: readonly Strand[];
  /** Whose turn it is, by the place of the strand. Its first one opens the session. */
  readonly turns: readonly number[];
}

const DEEDS = ['get', 'revisit', 'list', 'end', 'get by another', 'end by another', 'get by any'] as const;
/** As callers live it, after its opening. */
const LIFE: readonly Deed[] = ['get', 'revisit', 'list', 'end', 'end', 'get'];
const STRANDS = 3;
/** So many requests are in a story. */
export const STORY_LENGTH = STRANDS * (1 + LIFE.length);

/** Stories whose sessions are opened by such plans. */
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
