/** Replaces secrets in text that came from outside or is about to leave. */
export interface Redactor {
  text(text: string): string;
  /** As `text`; of a body that was cut, the end is dropped too, since the beginning of a secret may stand there. */
  body(text: string, isCut: boolean): string;
}

const mark = "[secret]";
/** So much of a secret in one piece is too much. */
const leastRun = 12;
/** Longest form of one character: `%252525AB`, `\\\u0041`. */
const longestForm = 9;

// `\/` and `\\\/`, `\u0041`, `%41` and `%252541`, `&#65;`. Repeats are bounded, so that no body makes this slow.
const escapes = /\\{1,3}(?:u([0-9a-f]{4})|([\s\S]))|%(?:25){0,3}([0-9a-f]{2})|&#(?:x([0-9a-f]{1,4})|(\d{1,5}));/giu;

/** A text in its plainest form, and from where in the given text each of its characters is. */
interface Plain {
  readonly text: string;
  /** Where the form of the character at this place begins in the given text; the place behind the last one: its end. */
  sourceOf(place: number): number;
}

const unescaped = ([, unit, kept, percent, hex, decimal]: readonly (string | undefined)[]): string => {
  if (kept !== undefined) return kept;
  return String.fromCharCode(
    decimal === undefined ? Number.parseInt(unit ?? percent ?? hex ?? "", 16) : Number(decimal),
  );
};

/** ASCII alone: other letters may change their length. */
const lower = (text: string): string => {
  const all = text.toLowerCase();
  return all.length === text.length ? all : text.replace(/[A-Z]+/gu, (each) => each.toLowerCase());
};

const plainOf = (given: string): Plain => {
  const places: number[] = [0];
  const sources: number[] = [0];
  let text = "";
  let from = 0;
  for (const match of given.matchAll(escapes)) {
    text += given.slice(from, match.index);
    from = match.index + match[0].length;
    places.push(text.length);
    sources.push(match.index);
    text += unescaped(match);
    places.push(text.length);
    sources.push(from);
  }
  const sourceOf = (place: number): number => {
    let [low, high] = [0, places.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((places[middle] ?? 0) <= place) low = middle;
      else high = middle - 1;
    }
    return (sources[low] ?? 0) + place - (places[low] ?? 0);
  };
  return { text: lower(text + given.slice(from)), sourceOf };
};

/** Base64 of a text that may stand anywhere in a longer one: by the byte at which a group of three begins, without what its neighbours change. Source: RFC 4648, 4. */
const inBase64 = (secret: string): readonly string[] =>
  [0, 1, 2].map((skip) => Buffer.from(secret).subarray(skip).toString("base64").replace(/=+$/u, "").slice(0, -1));

/** What to look for: a text, and how much of it in one piece is too much. */
interface Needle {
  readonly text: string;
  readonly least: number;
}

/** A whole URL is searched for as a whole: a part of it, its host first of all, is no secret. Its path and its values are given by themselves. */
const needlesOf = (secret: string): readonly Needle[] => {
  const bytes = Buffer.from(secret).toString("latin1");
  const forms = [secret, ...(bytes === secret ? [] : [bytes])].map((each) => plainOf(each).text);
  const whole = forms.map((text) => ({
    text,
    least: secret.includes("://") ? text.length : Math.min(leastRun, text.length),
  }));
  const encoded =
    secret.length < leastRun ? [] : inBase64(secret).map((text) => ({ text: lower(text), least: leastRun }));
  return [...whole, ...encoded.filter(({ text }) => text.length >= leastRun)];
};

type Range = readonly [start: number, end: number];

const extend = (text: string, at: number, needle: string, from: number, length: number): Range => {
  let [left, right] = [0, length];
  while (at > left && from > left && text[at - left - 1] === needle[from - left - 1]) left += 1;
  while (from + right < needle.length && text[at + right] === needle[from + right]) right += 1;
  return [at - left, at + right];
};

/** Where at least `least` characters of a needle stand in one piece: such a piece holds one of the needle's blocks of half that length. */
const find = (text: string, { text: needle, least }: Needle): readonly Range[] => {
  const block = least === needle.length ? least : Math.floor((least + 1) / 2);
  const found: Range[] = [];
  for (let from = 0; from + block <= needle.length; from += block) {
    const piece = needle.slice(from, from + block);
    for (let at = text.indexOf(piece); at >= 0; ) {
      const range = extend(text, at, needle, from, block);
      if (range[1] - range[0] >= least) found.push(range);
      at = text.indexOf(piece, Math.max(at + 1, range[1] - block + 1));
    }
  }
  return found;
};

const redact = (given: string, needles: readonly Needle[]): string => {
  const { text, sourceOf } = plainOf(given);
  const ranges = needles.flatMap((needle) => find(text, needle)).sort((a, b) => a[0] - b[0]);
  let out = "";
  let done = 0;
  for (const [start, end] of ranges) {
    const [from, to] = [Math.max(done, sourceOf(start)), sourceOf(end)];
    if (to <= done) continue;
    out += given.slice(done, from) + (from === done && out.endsWith(mark) ? "" : mark);
    done = to;
  }
  return out + given.slice(done);
};

/**
 * Makes a redactor for these secrets; empty ones are ignored. It finds each secret, and any 12 characters of it in one piece, in any case, and
 * with any of its characters percent-encoded, JSON-escaped or backslashed, as servers echo them; base64 too. Never throws.
 */
export const redactorFor = (secrets: readonly string[]): Redactor => {
  const known = [...new Set(secrets.map((secret) => secret.trim()))].filter((secret) => secret !== "");
  if (known.length === 0) return { text: (text) => text, body: (text) => text };
  const needles = known.sort((a, b) => b.length - a.length).flatMap(needlesOf);
  const text = (given: string): string => redact(given, needles);
  const tail = Math.max(...known.map((secret) => secret.length)) * longestForm;
  return { text, body: (given, isCut) => (isCut ? text(given).slice(0, -tail) : text(given)) };
};
