import { FigureRecorder } from './figure-recorder';

describe(FigureRecorder.name, () => {
  it('gives out its figures once', () => {
    const recorder = new FigureRecorder();
    recorder.sessionOpened();
    recorder.sessionOpened();
    recorder.openingFailed('upstream-timeout');
    recorder.sessionEnded('requested');
    recorder.sessionEnded('requested');
    recorder.beatStarted(3);
    recorder.delivered(7);
    recorder.deliveryBuried();

    const { opened, failed, ended, lateness, delays, dead } = recorder.take();
    expect([opened, dead]).toEqual([2, 1]);
    expect([[...failed], [...ended]]).toEqual([[['upstream-timeout', 1]], [['requested', 2]]]);
    expect([lateness.percentileMs(0.5), delays.percentileMs(0.5)]).toEqual([3, 7]);
    expect(recorder.take()).toMatchObject({ opened: 0, dead: 0 });
  });

  it('has a bound of names: further ones are one', () => {
    const recorder = new FigureRecorder();
    for (let code = 0; code < 1_000; code += 1) recorder.openingFailed(`code-${code}`);

    const { failed } = recorder.take();
    expect([failed.size, failed.get('other')]).toEqual([65, 936]);
  });

  it('reads the held sessions when it is asked', () => {
    const recorder = new FigureRecorder();
    expect(recorder.heldSessions).toBe(0);
    let held = 3;
    recorder.observeHeldSessions(() => held);
    held = 4;

    expect(recorder.heldSessions).toBe(4);
  });
});
