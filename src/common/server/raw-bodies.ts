const bodies = new WeakMap<object, Buffer>();
const NONE = Buffer.alloc(0);

/** The bytes of request bodies that may be forwarded: parsing and writing JSON again would change the text. */
export const RawBodies = {
  keep(request: object, body: Buffer): void {
    bodies.set(request, body);
  },

  /** Empty without a body. */
  of(request: object): Buffer {
    return bodies.get(request) ?? NONE;
  },
};
