const bodies = new WeakMap<object, Buffer>();
const NONE = Buffer.alloc(0);

/** The bytes of request bodies that may be forwarded: JSON that is parsed and written again is another text. */
export const RawBodies = {
  keep(request: object, body: Buffer): void {
    bodies.set(request, body);
  },

  /** Empty where there is no body. */
  of(request: object): Buffer {
    return bodies.get(request) ?? NONE;
  },
};
