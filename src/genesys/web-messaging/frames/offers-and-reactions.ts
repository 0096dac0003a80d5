import type { OfferState, Reaction } from '../../../session/domain/conversation-activity';
import { type Fields, fieldsIn, objectsIn, textIn, wholeNumberIn } from '../../fields';

/** An offer of the agent, or reactions to a message. The session ids, join tokens and JWTs of offers are not read. */
export type RichEvent =
  | { readonly kind: 'offer'; readonly medium: 'co-browse' | 'video'; readonly offer: OfferState }
  | { readonly kind: 'reactions'; readonly reactions: readonly Reaction[] };

const OFFERS: ReadonlyMap<string | undefined, OfferState> = new Map<string, OfferState>([
  ['Offering', 'offered'],
  ['OfferingAccepted', 'accepted'],
  ['OfferingExpired', 'expired'],
  ['OfferingRejected', 'rejected'],
]);
const REACTIONS = ['like', 'love', 'wow', 'haha', 'sad', 'angry'] as const;
const MAX_REACTIONS = 20;

/** Reads an offer or reactions; undefined for an event of another type. */
export function richEventOf(eventType: string, event: Fields): RichEvent | undefined {
  switch (eventType) {
    case 'CoBrowse':
      return { kind: 'offer', medium: 'co-browse', offer: offerOf(fieldsIn(event, 'coBrowse')) };
    case 'Video':
      return { kind: 'offer', medium: 'video', offer: offerOf(fieldsIn(event, 'video')) };
    case 'Reactions':
      return {
        kind: 'reactions',
        reactions: objectsIn(event, 'reactions').slice(0, MAX_REACTIONS).map(reactionOf),
      };
    default:
      return undefined;
  }
}

function offerOf(fields: Fields): OfferState {
  return OFFERS.get(textIn(fields, 'type')) ?? 'other';
}

function reactionOf(fields: Fields): Reaction {
  const type = textIn(fields, 'reactionType')?.toLowerCase();
  const reaction = REACTIONS.find((name) => name === type) ?? 'other';
  return { reaction, count: wholeNumberIn(fields, 'count') ?? 1 };
}
