import type { Judged } from "../verdict/judge.ts";

/** Words of a reading or a refusal that lead to one card, whatever the check: the first that fits wins. */
const bySymptom: readonly { readonly words: RegExp; readonly card: string }[] = [
  { words: /^(?:re-blocked|gave-up): /u, card: "job-blocked" },
  { words: /^(?:double-spawn|ghost): /u, card: "job-doubled" },
  { words: /^crash-loop: /u, card: "unit-down" },
  { words: /stopped on purpose|while it was being stopped|no longer knows why|\bmasked\b/u, card: "unit-stopped" },
  { words: /there is no unit|cannot be loaded/u, card: "unit-missing" },
  { words: /carries the variable/u, card: "token-leaked" },
  { words: /^two owners\b|holds the lock|^\d+ processes? \(|\b409 Conflict\b/u, card: "gateway-twice" },
  { words: /^the lock "/u, card: "lock-stale" },
  { words: /exit status 78\b/u, card: "config-broken" },
];

const byKind: Readonly<Record<Judged["kind"], string>> = {
  process: "gateway-down",
  http: "gateway-down",
  tcp: "gateway-down",
  unit: "unit-down",
  queue: "queue-stuck",
  heartbeat: "heartbeat-missed",
  drift: "drifted",
  plugin: "plugin-bad",
};

/** What these say is mostly others' words, which lead nowhere. */
const quoting: ReadonlySet<Judged["kind"]> = new Set(["drift", "plugin"] as const);

/**
 * The one card for a check that isn't well: its own, else what its symptom or the heal's refusal leads to, else that of its kind. The
 * same way as the router, `heal-recipes/README.md`. Pure.
 */
export const cardFor = (
  judged: Pick<Judged, "kind" | "evidence" | "card"> | undefined,
  refusal: string,
  isUnknown: boolean,
): string => {
  if (judged === undefined || isUnknown) return "watchdog-ill";
  const said = quoting.has(judged.kind) ? "" : judged.evidence;
  const symptom = bySymptom.find(({ words }) => words.test(said) || words.test(refusal));
  return judged.card ?? symptom?.card ?? byKind[judged.kind];
};
