const RealDate = Date;

/** Lets the clock of this process be wrong by so many hours; 0 sets it right. */
export function shiftClock(hours: number): void {
  const offset = hours * 3_600_000;
  globalThis.Date =
    hours === 0
      ? RealDate
      : (class extends RealDate {
          constructor(...args: [] | [value: number | string]) {
            super(...((args.length === 0 ? [RealDate.now() + offset] : args) as [number]));
          }

          static override now(): number {
            return RealDate.now() + offset;
          }
        } as DateConstructor);
}
