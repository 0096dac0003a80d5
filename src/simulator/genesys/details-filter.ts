import { Fields, asFields, listOf, textOf } from '../web-messaging/guest-request';
import { ConversationView } from './conversation-view';

type Values = (conversation: ConversationView, asOf: number) => readonly string[];

/** The dimensions that a filter may name, each with its values in a conversation. */
const DIMENSIONS: Readonly<Record<string, Values>> = {
  conversationId: ({ id }) => [id],
  conversationEnd: ({ endedAt }, asOf) => (endedAt !== undefined && endedAt <= asOf ? [String(endedAt)] : []),
  originatingDirection: ({ direction }) => [direction],
  mediaType: () => ['message'],
  messageType: ({ messageType }) => [messageType],
  purpose: ({ participants }) => participants.map(({ purpose }) => purpose),
  userId: ({ participants }) => participants.flatMap(({ userId }) => userId ?? []),
  queueId: ({ participants }) => participants.flatMap(({ queueId }) => queueId ?? []),
};

const OPERATORS: readonly unknown[] = [undefined, 'matches', 'exists', 'notExists'];

/** A filter of the query: predicates, and clauses of them, joined by `and` or `or`. */
export type DetailsFilter = (conversation: ConversationView, asOf: number) => boolean;

/** Reads a list of filters, all of which have to apply; returns undefined when one is invalid or unknown. */
export function filtersIn(value: unknown): DetailsFilter | undefined {
  if (value === undefined) return () => true;
  if (!Array.isArray(value)) return undefined;
  return joined('and', listOf(value).map(filterIn));
}

function filterIn({ type = 'and', predicates, clauses }: Fields): DetailsFilter | undefined {
  return joined(type, [...listOf(predicates).map(predicateIn), ...listOf(clauses).map(filterIn)]);
}

function joined(type: unknown, parts: readonly (DetailsFilter | undefined)[]): DetailsFilter | undefined {
  const filters = parts.filter((part) => part !== undefined);
  if (filters.length < parts.length || (type !== 'and' && type !== 'or')) return undefined;
  return (conversation, asOf) => {
    const applies = (filter: DetailsFilter): boolean => filter(conversation, asOf);
    return type === 'and' ? filters.every(applies) : filters.some(applies);
  };
}

function predicateIn(predicate: Fields): DetailsFilter | undefined {
  const { dimension, operator, value } = asFields(predicate);
  const name = textOf(dimension) ?? '';
  const valuesOf = Object.hasOwn(DIMENSIONS, name) ? DIMENSIONS[name] : undefined;
  if (valuesOf === undefined || !OPERATORS.includes(operator)) return undefined;
  if (operator === 'exists') return (...subject) => valuesOf(...subject).length > 0;
  if (operator === 'notExists') return (...subject) => valuesOf(...subject).length === 0;
  return typeof value === 'string' ? (...subject) => valuesOf(...subject).includes(value) : undefined;
}
