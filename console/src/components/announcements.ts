const subscribers = new Set<(text: string) => void>();

/** Says a change to assistive technology, through the live region of the console. */
export function announce(text: string): void {
  for (const subscriber of subscribers) subscriber(text);
}

/** Returns the function that ends the subscription. */
export function subscribeToAnnouncements(subscriber: (text: string) => void): () => void {
  subscribers.add(subscriber);
  return () => {
    subscribers.delete(subscriber);
  };
}
