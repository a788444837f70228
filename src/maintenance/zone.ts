const hourMs = 3_600_000;
const minuteMs = 60_000;
/** No two changes of a zone's clock lie closer together. */
const strideMs = 6 * hourMs;

/** A time in which a zone's clock keeps one distance from UTC. `wall = utc + offsetMs`. */
export interface Stretch {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly offsetMs: number;
}

const offsetIn = (zone: string): ((atMs: number) => number) => {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  return (atMs) => {
    const parts = new Map(format.formatToParts(new Date(atMs)).map(({ type, value }) => [type, Number(value)]));
    const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
    const wall = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"));
    return wall - Math.floor(atMs / minuteMs) * minuteMs;
  };
};

/** The first whole minute in (`fromMs`, `untilMs`] at which the offset is no longer `before`. */
const changeIn = (offset: (atMs: number) => number, fromMs: number, untilMs: number, before: number): number => {
  let [low, high] = [Math.floor(fromMs / minuteMs), Math.ceil(untilMs / minuteMs)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offset(middle * minuteMs) === before) low = middle;
    else high = middle;
  }
  return high * minuteMs;
};

/** How a zone's clock goes from `fromMs` to `untilMs`: one stretch, or more where summer begins or ends in between. Throws on a zone that isn't known: the config's are checked. Source: IANA time zone database, as the runtime has it. */
export const stretchesOf = (zone: string, fromMs: number, untilMs: number): readonly Stretch[] => {
  const offset = offsetIn(zone);
  const stretches: Stretch[] = [];
  let [beganMs, offsetMs] = [fromMs, offset(fromMs)];
  for (let atMs = fromMs; atMs < untilMs; atMs += strideMs) {
    const nextMs = Math.min(atMs + strideMs, untilMs);
    if (offset(nextMs) === offsetMs) continue;
    const changeMs = changeIn(offset, atMs, nextMs, offsetMs);
    stretches.push({ fromMs: beganMs, untilMs: changeMs, offsetMs });
    [beganMs, offsetMs] = [changeMs, offset(nextMs)];
  }
  return [...stretches, { fromMs: beganMs, untilMs, offsetMs }];
};
