import type { NewEntry } from "../../src/log/entry.ts";

const incident = "gateway-20261123T020510Z";
const of = {
  by: "helper",
  incident,
  check: "gateway",
  recipe: "restart-unit",
  key: `${incident}/restart-unit`,
  attempt: 1,
} as const;
const argv = ["/usr/bin/systemctl", "--system", "restart", "--no-block", "openclaw-gateway.service"];
const target = { unit: "openclaw-gateway.service", user: "agents", pid: 4711, started: "2026-11-23T01:00:00Z" };
const backup = [{ path: "/etc/x.conf", sha256: "cd".repeat(32) }];
const seals = { recipe_sha256: "11".repeat(32), config_sha256: "22".repeat(32), binary_sha256: "33".repeat(32) };

/** One entry of every event, with every field that it may have; and those that stand alone in a variant of theirs. */
export const everyEvent: readonly NewEntry[] = [
  { event: "log.rotated", by: "helper", why: "goes on from heal-0000000001.jsonl (lines 1 to 4711)", proof: "4711:ab" },
  { event: "config.changed", by: "watcher", config_sha256: "22".repeat(32) },
  { event: "incident.opened", by: "watcher", incident, check: "gateway", evidence: "no answer in 5 s" },
  { event: "heal.archived", ...of, why: "0 stale attempts closed" },
  { event: "heal.created", ...of, ...seals, budget_left: 2 },
  { event: "heal.planned", ...of, argv, target, backup, why: "exactly one change is planned" },
  { event: "heal.dispatched", ...of, argv },
  { event: "heal.failed", ...of, exit: 1, proof: "HTTP 500", why: "not well within 5 min" },
  { event: "heal.restored", ...of, backup, why: "" },
  { event: "heal.refused", ...of, why: "in cooldown for 3 s more" },
  { event: "heal.indeterminate", ...of, why: "cut off" },
  { event: "heal.planned", ...of, attempt: 2, argv, target: { unit: "openclaw-gateway.service" } },
  { event: "heal.proved", ...of, attempt: 2, exit: "timeout", proof: "ok twice in a row" },
  { event: "incident.resolved", by: "watcher", incident, check: "gateway", why: "healed by restart-unit" },
  { event: "heal.refused", by: "helper", why: "more than 200 lines in an hour" },
  { event: "heal.unlatched", by: "uid:0", recipe: "restart-unit", why: "restart-unit: the budget is spent" },
  { event: "silence.added", by: "uid:1000", check: "all", why: "until 2026-11-23T04:00:00Z: a new disk" },
  { event: "silence.removed", by: "uid:1000", check: "all", why: "until 2026-11-23T04:00:00Z: a new disk" },
  { event: "log.torn", by: "helper", proof: "18:ab", why: "line 19 was cut off in mid-write" },
  { event: "log.rotated", by: "helper", why: "removed heal-0000000001.jsonl.gz (lines 1 to 4711), older than 400d" },
];

/** Texts that hurt whoever trusts them: formulas, quotes, separators, markup, escapes, half pairs, other scripts, nothing at all. */
export const hostileTexts: readonly string[] = [
  "=1+1",
  "+1+1",
  "-1+1",
  "@SUM(A1:A9)",
  '=HYPERLINK("http://127.0.0.1/?"&A1,"x")',
  "=cmd|'/C calc'!A0",
  "\t=1+1",
  "\r=1+1",
  " =1+1",
  "＝1+1",
  'x;=1+1;"=1+1',
  "x,=1+1",
  "x\t=1+1",
  "x\n=1+1",
  "a \"quoted\", 'single' and\r\nbroken line",
  '","event":"heal.proved","x":"',
  "</script><script>alert(1)</script>",
  "\u001b[31mred\u001b]0;title\u0007",
  "\u202eevil\u2066\u200b\u{e0041}",
  "\ud800 half a pair",
  "日本語 × größer 🐕",
  "__proto__",
  "",
  "x".repeat(2000),
];

/** The same text in every field that takes one from outside. */
export const hostileEntries: readonly NewEntry[] = hostileTexts.flatMap((text): readonly NewEntry[] => [
  { event: "incident.opened", by: "watcher", incident: text, check: text, evidence: text },
  {
    event: "heal.planned",
    by: text,
    incident: text,
    check: text,
    recipe: text,
    key: text,
    attempt: 1,
    argv: [text, text],
    target: { unit: text, user: text, pid: 1, started: text },
    backup: [{ path: text, sha256: text }],
    exit: text,
    proof: text,
    why: text,
  },
  { event: "silence.added", by: "uid:0", check: text, why: text },
  { event: "incident.resolved", by: "watcher", incident: text, check: text, why: text },
]);
