import type { Incident, Moment } from "../state/state.ts";

/** The k-th of n incidents that were told together is reminded of earlier, by k/n of this part of the interval. */
const spreadPart = 1 / 4;

/** The uptime from which the reminders of this boot are counted, in seconds: the boot itself for what was told before it. */
const countedFromS = ({ remindFrom, lastTold, earlyS = 0 }: Incident, now: Moment): number => {
  const from = remindFrom ?? lastTold;
  return (from.bootId === now.bootId ? from.uptimeS : 0) - earlyS;
};

/**
 * Whether a reminder's moment has come since the last telling. The moments are the multiples of the interval from the first telling
 * on, so that a tick that comes late doesn't put off all later ones. An interval shorter than a tick is due at each tick. Pure.
 */
export const isReminderDue = (incident: Incident, now: Moment, everyMs: number): boolean => {
  const everyS = everyMs / 1000;
  const fromS = countedFromS(incident, now);
  const { lastTold } = incident;
  const toldS = lastTold.bootId === now.bootId ? lastTold.uptimeS : 0;
  return Math.floor((now.uptimeS - fromS) / everyS) > Math.floor((toldS - fromS) / everyS);
};

/** Told at its reminder's moment: the next one stays where it was. Pure. */
export const toldInTime = (incident: Incident, now: Moment): Incident => ({ ...incident, lastTold: now });

/** Told for a reason of its own: the next reminder comes a whole interval later. Pure. */
export const toldAnew = ({ earlyS: _, ...incident }: Incident, now: Moment): Incident => ({
  ...incident,
  lastTold: now,
  remindFrom: now,
});

/** What a FLAPPING message says of the check now: well, or red. Pure. */
export const toldAs = ({ isToldWell: _, ...incident }: Incident, isWell: boolean): Incident =>
  isWell ? { ...incident, isToldWell: true } : incident;

/** Spreads the reminders of incidents that are told in the same moment; the first of them, and a lone one, keeps the whole interval. Pure. */
export const spread = (incident: Incident, k: number, n: number, everyMs: number): Incident => {
  const earlyS = Math.floor((k / n) * spreadPart * (everyMs / 1000));
  return earlyS === 0 ? incident : { ...incident, earlyS };
};

/** Whether an incident was last told in another boot than this one. Pure. */
export const wasToldBeforeBoot = ({ lastTold }: Incident, now: Moment): boolean => lastTold.bootId !== now.bootId;
