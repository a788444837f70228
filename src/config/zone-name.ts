import { didYouMean } from "./near.ts";

const isKnown = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};

/** What is wrong with the name of a time zone; undefined where nothing is. A bare offset is none: it knows no summer. Never throws. Source: the IANA time zone database. */
export const zoneFault = (zone: string): string | undefined => {
  if (/^[A-Za-z]/u.test(zone) && isKnown(zone)) return undefined;
  const zones = Intl.supportedValuesOf("timeZone");
  // A city alone is what people say.
  const city = zones.find((each) => each.toLowerCase().endsWith(`/${zone.toLowerCase().replaceAll(" ", "_")}`));
  const near = didYouMean(city ?? zone, zones);
  return `expected a time zone such as "Europe/Berlin" or "UTC"${near}`;
};
