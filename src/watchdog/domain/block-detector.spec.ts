import { BlockDetector, type DetectedBlock } from './block-detector';

const LIMIT_MS = 500;
const EVERY_MS = 100;

let detector: BlockDetector;
let now: number;
let beatAt: number;
let beats: number;
let cpuMs: number;

beforeEach(() => {
  detector = new BlockDetector(LIMIT_MS, EVERY_MS, EVERY_MS);
  [now, beatAt, beats, cpuMs] = [1_000_000, 1_000_000, 0, 0];
  look();
});

function look(): DetectedBlock | undefined {
  const found = detector.look({ now, beatAt, beats, cpuMs });
  beats = 0;
  return found;
}

function beat(): void {
  beats += 1;
  beatAt = now;
}

/** Lets time pass without a beat, with looks as they should be, and returns whether a block was suspected. */
function blockFor(ms: number, cpuShare: number): boolean {
  let isSuspected = false;
  for (let passed = 0; passed < ms; passed += EVERY_MS) {
    now += EVERY_MS;
    cpuMs += EVERY_MS * cpuShare;
    look();
    isSuspected ||= detector.isSuspected;
  }
  return isSuspected;
}

/** Lets time pass in which nothing of the process runs. */
function stopFor(ms: number): void {
  now += ms;
}

describe(BlockDetector.name, () => {
  it('finds nothing while the beats are on time', () => {
    for (let turn = 0; turn < 20; turn += 1) {
      now += EVERY_MS;
      beat();
      expect(look()).toBeUndefined();
      expect(detector.isSuspected).toBe(false);
    }
  });

  it('finds a block when it ends, with its duration and its CPU time, once', () => {
    blockFor(1_000, 1);
    beat();

    expect(look()).toEqual({ durationMs: 900, cpuMs: 1_000, isStalled: false });
    expect(look()).toBeUndefined();
  });

  it('finds none in a lateness within the limit', () => {
    blockFor(600, 1);
    beat();

    expect(look()).toBeUndefined();
  });

  it('suspects a block before the limit', () => {
    expect(blockFor(300, 1)).toBe(false);
    expect(blockFor(100, 1)).toBe(true);
  });

  it('finds a block without CPU time, as in a system call', () => {
    expect(blockFor(1_000, 0)).toBe(true);
    beat();

    expect(look()).toMatchObject({ isStalled: false, cpuMs: 0 });
  });

  it.each<[string, (() => unknown)[]]>([
    ['the main thread', [beat, look]],
    ['its own', [look, beat, look]],
  ])('takes a stopped process for no block, where the first thread to run is %s', (_first, steps) => {
    // The process was stopped between a beat and the look at it.
    now += EVERY_MS;
    beat();
    stopFor(3_000);
    const found: unknown[] = [];
    for (const step of steps) found.push(step());

    expect(detector.isSuspected).toBe(false);
    expect(found.filter(Boolean)).toEqual([{ durationMs: 2_900, cpuMs: 0, isStalled: true }]);
  });

  it('finds a block in which the process was also stopped', () => {
    stopFor(2_000);
    look();
    blockFor(800, 1);
    beat();

    expect(look()).toMatchObject({ isStalled: false });
  });

  it('finds a block of a main thread that takes the CPU from all others', () => {
    now += 2_000;
    cpuMs += 1_900;
    look();
    beat();

    expect(look()).toMatchObject({ isStalled: false });
  });

  it('counts the beats that came while its own thread was late', () => {
    for (let turn = 0; turn < 9; turn += 1) {
      now += EVERY_MS;
      beat();
    }

    expect(look()).toBeUndefined();
    expect(blockFor(800, 0)).toBe(true);
    beat();
    expect(look()).toMatchObject({ isStalled: false });
  });
});
