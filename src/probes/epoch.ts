/** Seconds since 1970 above this are milliseconds: as seconds it is the year 5138. */
const maxSeconds = 1e11;

/** RFC 3339 with its zone; a time without one may mean any of 26 hours. A blank may stand for the T, as Python writes it. */
const rfc3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?:[Zz]|[+-]\d{2}:?\d{2})$/u;
const decimal = /^\d{1,16}(?:\.\d{1,12})?(?:[eE]\+?\d{1,2})?$/u;

const fromNumber = (value: number): number | undefined => {
  if (!Number.isFinite(value) || value <= 0) return undefined;
  return value > maxSeconds ? value : value * 1000;
};

const fromText = (text: string): number | undefined => {
  if (decimal.test(text)) return fromNumber(Number(text));
  if (!rfc3339.test(text)) return undefined;
  const ms = Date.parse(text.replace(" ", "T").replace(",", ".").toUpperCase());
  return Number.isNaN(ms) ? undefined : ms;
};

/**
 * Reads a moment, in milliseconds since 1970: epoch seconds or milliseconds, as a number or as text, or RFC 3339 with a zone. Undefined for
 * anything else. Pure. Source: RFC 3339.
 */
export const parseMoment = (value: unknown): number | undefined => {
  if (typeof value === "number") return fromNumber(value);
  return typeof value === "string" && value.length <= 100 ? fromText(value.trim()) : undefined;
};
