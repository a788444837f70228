/** Seconds since 1970 above this are milliseconds: as seconds it is the year 5138. */
const maxSeconds = 1e11;

/** Milliseconds since 1970 from a number of seconds or milliseconds. Pure. */
export const epochMs = (value: number): number => (value > maxSeconds ? value : value * 1000);

/** RFC 3339 with its zone; a time without one may mean any of 26 hours. A blank may stand for the T, as Python writes it. */
const rfc3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?:[Zz]|[+-]\d{2}:?\d{2})$/u;
const decimal = /^\d{1,16}(?:\.\d{1,12})?(?:[eE]\+?\d{1,2})?$/u;

const fromNumber = (value: number): number | undefined => {
  if (!Number.isFinite(value) || value <= 0) return undefined;
  return epochMs(value);
};

/** Milliseconds since 1970 of a time of RFC 3339 with its zone; undefined for any other text. Pure. Source: RFC 3339. */
export const parseRfc3339 = (text: string): number | undefined => {
  if (!rfc3339.test(text)) return undefined;
  const ms = Date.parse(text.replace(" ", "T").replace(",", ".").toUpperCase());
  return Number.isNaN(ms) ? undefined : ms;
};

const fromText = (text: string): number | undefined =>
  decimal.test(text) ? fromNumber(Number(text)) : parseRfc3339(text);

/**
 * Reads a moment, in milliseconds since 1970: epoch seconds or milliseconds, as a number or as text, or RFC 3339 with a zone. Undefined for
 * anything else. Pure. Source: RFC 3339.
 */
export const parseMoment = (value: unknown): number | undefined => {
  if (typeof value === "number") return fromNumber(value);
  return typeof value === "string" && value.length <= 100 ? fromText(value.trim()) : undefined;
};
