/** Length of one jump. */
const JUMP_MS = 3_600_000;

/** Makes the wall clock of a process jump forward with each SIGUSR2. The monotonic clock does not change. */
const SCRIPT = `
  const RealDate = Date;
  let ahead = 0;
  globalThis.Date = class Date extends RealDate {
    constructor(...given) {
      if (given.length === 0) super(RealDate.now() + ahead);
      else super(...given);
    }
    static now() {
      return RealDate.now() + ahead;
    }
  };
  process.on('SIGUSR2', () => {
    ahead += ${JUMP_MS};
  });
`;

/** The `NODE_OPTIONS` of a process with such a clock. */
export const JUMPS_ON_SIGNAL = `--import=data:text/javascript,${encodeURIComponent(SCRIPT)}`;
