const maxShown = 60;

/** Text from a config between quotes for a message: cut, and with everything that a terminal could obey written as an escape. Never throws. */
export const quoted = (text: string): string => {
  const cut = text.length > maxShown ? `${text.slice(0, maxShown)}…` : text;
  return JSON.stringify(cut).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (each) => `\\u${(each.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
};

/** A key for a message. One that doesn't look like a word is not shown: it may be a secret that lost its place. Never throws. */
export const quotedKey = (key: string): string => (/^[\w./-]{1,40}$/u.test(key) ? ` ${quoted(key)}` : "");

/** Words as `"a", "b" or "c"`. Never throws. */
export const oneOf = (words: readonly string[]): string => {
  const all = words.map(quoted);
  return all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} or ${all.at(-1)}`;
};

/** Edit distance with a swap of neighbours counted as one. Source: optimal string alignment, Damerau 1964. */
const distance = (left: string, right: string): number => {
  let before: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let i = 1; i <= left.length; i++) {
    const now = [i];
    for (let j = 1; j <= right.length; j++) {
      const isSame = left[i - 1] === right[j - 1];
      const isSwap = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      const steps = [(last[j] ?? 0) + 1, (now[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (isSame ? 0 : 1)];
      now.push(Math.min(...steps, isSwap ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY));
    }
    before = last;
    last = now;
  }
  return last.at(-1) ?? 0;
};

const plain = (word: string): string => word.toLowerCase().replaceAll("-", "_");

/** The known word that was most likely meant: at most one slip per three letters, and two in all. Undefined when nothing is near. Never throws. */
export const nearest = (word: string, known: readonly string[]): string | undefined => {
  if (word.length > 64) return undefined;
  const most = Math.max(1, Math.min(2, Math.floor(word.length / 3)));
  const ranked = known
    .map((each) => ({ each, far: distance(plain(word), plain(each)) }))
    .filter(({ far }) => far <= most)
    .sort((a, b) => a.far - b.far);
  return ranked[0]?.each;
};

/** Words of other tools, or of the platforms themselves, and the keys that may be meant by them, the likeliest first. */
const others: readonly { readonly words: string; readonly keys: readonly string[] }[] = [
  { words: "url webhook_url hook", keys: ["webhook", "api"] },
  { words: "api base base_url api_url server homeserver endpoint", keys: ["api", "url"] },
  { words: "bot_token access_token api_key password token", keys: ["token", "secret"] },
  { words: "message_thread_id topic topic_id thread", keys: ["thread_id", "thread_ts", "thread_key", "root_id"] },
  { words: "to recipient chat chat_id room_id channel_id", keys: ["chat_id", "room", "target", "channel"] },
  { words: "prio", keys: ["priority"] },
  { words: "schedule", keys: ["cron"] },
  { words: "duration", keys: ["for"] },
  { words: "tz", keys: ["timezone"] },
];

const meant = (word: string, known: readonly string[]): string | undefined =>
  others.find(({ words }) => words.split(" ").includes(plain(word)))?.keys.find((key) => known.includes(key));

/** `: did you mean "red_after"?` for a near miss or another tool's word, else nothing. Never throws. */
export const didYouMean = (word: string, known: readonly string[]): string => {
  const near = nearest(word, known) ?? meant(word, known);
  return near === undefined ? "" : `: did you mean ${quoted(near)}?`;
};
