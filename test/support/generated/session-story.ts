import fc from 'fast-check';
import { type Member, members } from './fuzz-callers';
import type { RequestPlan } from './request-plan';

/** A request for a session: by its owner by default. */
export type StoryStep = (typeof STEPS)[number];

/** One session of a story: its opening with the owner, and the requests after it. */
export interface SessionScript {
  readonly owner: Member;
  readonly opening: RequestPlan;
  readonly steps: readonly StoryStep[];
}

/** Interleaved requests for a few sessions of several callers. */
export interface Story {
  readonly scripts: readonly SessionScript[];
  /** The script of each turn, by index. Its first turn opens the session. */
  readonly turns: readonly number[];
}

const STEPS = ['get', 'revisit', 'list', 'end', 'get by another', 'end by another', 'get by any'] as const;
/** The requests after a session's opening. */
const USUAL_STEPS: readonly StoryStep[] = ['get', 'revisit', 'list', 'end', 'end', 'get'];
const SCRIPTS = 3;
/** Number of requests in a story. */
export const STORY_LENGTH = SCRIPTS * (1 + USUAL_STEPS.length);

/** Generates stories with these plans for openings. */
export function storiesOf(openings: fc.Arbitrary<RequestPlan>): fc.Arbitrary<Story> {
  const wild = fc.array(fc.constantFrom(...STEPS), {
    minLength: USUAL_STEPS.length,
    maxLength: USUAL_STEPS.length,
  });
  const script = fc.record({
    owner: members.filter((name) => name !== 'supervisor'),
    opening: openings,
    steps: fc.oneof({ weight: 1, arbitrary: fc.constant(USUAL_STEPS) }, { weight: 3, arbitrary: wild }),
  });
  const turns = Array.from({ length: STORY_LENGTH }, (_, at) => at % SCRIPTS);
  return fc.record({
    scripts: fc.array(script, { minLength: SCRIPTS, maxLength: SCRIPTS }),
    turns: fc.shuffledSubarray(turns, { minLength: STORY_LENGTH, maxLength: STORY_LENGTH }),
  });
}
