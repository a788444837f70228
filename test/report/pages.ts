import type { DayCount, HourValue, Page, PageCheck, PageIncident, PageStep, Series } from "../../src/report/page.ts";
import type { Verdict } from "../../src/verdict/verdict.ts";

/** A dice that falls the same way each time. Source: mulberry32, public domain. */
export const diceOf = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** When all these pages are made. */
export const madeAt = "2026-11-26T19:02:11.000Z";
const nowMs = Date.parse(madeAt);
const dayMs = 86_400_000;
const hash = "9f3ac2d1c07be55a41d0c66f0b8c7c1e5c1f2d0ab39e0f6d7782b64d1f3e9a05";
const iso = (ms: number): string => new Date(ms).toISOString();
const dayOf = (ms: number): string => iso(ms).slice(0, 10);

/** Texts that try to get out of where they stand. */
export const hostileTexts: readonly string[] = [
  `"><script>document.title='out'</script>`,
  `'"></title></svg></style><img src=x onerror="document.title='out'">`,
  "</bdi></q></details><h1 style=position:fixed;inset:0;background:red>out</h1>",
  "\u202egnihtyna ton si siht\u2066\u2067",
  "קול השער נפל ولا جواب منه",
  "👩‍👩‍👧‍👦 🏳️‍🌈 gateway 🔥".repeat(3),
  "x".repeat(10_000),
  "\u001b[31mred\u001b[0m\u0000\u0007\r\nsecond line\u2028third",
  "z\u0351\u0352\u0353\u0354\u0355\u0356\u0357\u0358a\u0351\u0352\u0353\u0354\u0355\u0356\u0357\u0358",
  "&lt;b&gt; &amp; &#60;script&#62; #{1+1} {{7*7}} <!-- --> ]]>",
  "javascript:document.title='out'",
  "url(https://out.invalid/x) } body { display: none } /*",
  "\ud800 half a pair \udfff",
  "\u{e0041}\u{e0042}\u{e0020}unseen tags",
  "   ",
  "",
];

/** Ways in which a page is made. */
export interface Making {
  readonly seed?: number;
  readonly checks?: number;
  readonly days?: number;
  readonly isHostile?: boolean;
  readonly verdicts?: readonly Verdict[];
}

const plainNames =
  "gateway gateway-process gateway-unit board dispatcher worker-tokens nightly-backup disk model-setting relay inbox".split(
    " ",
  );
const kinds = ["http", "process", "unit", "queue", "tcp", "process", "heartbeat", "plugin", "drift", "http", "queue"];
const saids: Readonly<Record<string, string>> = {
  http: 'no answer in 5 s from "http://127.0.0.1:18789/healthz"',
  process: "no live process named openclaw-gateway of user agents",
  unit: "openclaw-gateway.service failed: it ended with signal KILL",
  queue:
    "stuck: 14 jobs wait, 4 slots are free, none was claimed for 41 min: t_812, t_813, t_815, t_816, t_820 and 9 more",
  tcp: "connection refused by 127.0.0.1:5672",
  heartbeat: "the last beat is 31 h old, 26 h are allowed",
  plugin: 'CRITICAL: "DISK CRITICAL - free space: / 812 MiB (4%)"',
  drift: '/model is "cloud-large", documented is "local-7b"',
};

type Dice = () => number;

const dayCount = (dice: Dice, at: number, isBad: boolean): DayCount => {
  const day = dayOf(at);
  const looks = day === dayOf(nowMs) ? 229 : 288;
  if (!isBad) return { day, green: looks, amber: 0, unknown: 0, red: 0 };
  const kind = dice();
  if (kind < 0.12) return { day, green: 0, amber: 0, unknown: 0, red: 0 };
  const amber = Math.floor(dice() * 6);
  if (kind < 0.35) return { day, green: looks - amber - 1, amber: amber + 1, unknown: 0, red: 0 };
  const unknown = dice() < 0.3 ? Math.floor(dice() * 40) + 1 : 0;
  if (kind < 0.5) return { day, green: looks - unknown - 3, amber: 0, unknown: unknown + 3, red: 0 };
  const red = Math.floor(dice() ** 3 * (looks - unknown - amber - 1)) + 1;
  return { day, green: looks - red - amber - unknown, amber, unknown, red };
};

const strip = (dice: Dice, known: number, badness: number, verdict: Verdict, ticks: number): readonly DayCount[] =>
  Array.from({ length: 30 }, (_, at) => {
    const day = nowMs - (29 - at) * dayMs;
    if (at === 29 && verdict !== "green" && known > 0)
      return { day: dayOf(day), green: 229 - ticks, amber: 0, unknown: 0, red: 0, [verdict]: ticks };
    if (29 - at >= known) return { day: dayOf(day), green: 0, amber: 0, unknown: 0, red: 0 };
    return dayCount(dice, day, dice() < badness);
  });

const series = (dice: Dice, days: number, level: number, spike: number): Series => {
  const hours = Math.max(1, Math.round(days * 24 - 5));
  const lastHour = Math.floor(nowMs / 3_600_000);
  const values = Array.from({ length: hours }, (_, at): HourValue | null => {
    if (at % 331 > 322) return null;
    const daily = 1 + 0.5 * Math.sin(((lastHour - hours + at) / 24) * 2 * Math.PI);
    const mean = level * daily * (0.7 + 0.6 * dice());
    return { mean, max: mean * (1.2 + dice() + (dice() < 0.02 ? spike * dice() : 0)) };
  });
  return { firstHour: lastHour - hours + 1, values };
};

const measures = (dice: Dice, kind: string, days: number): Partial<PageCheck> => {
  if (days === 0) return {};
  if (kind === "http" || kind === "tcp") return { latencyMs: series(dice, days, 4 + 60 * dice() ** 3, 80) };
  if (kind !== "queue") return {};
  return { ready: series(dice, days, 6 + 20 * dice(), 6), running: series(dice, days, 3, 0) };
};

const nameAt = (at: number, isHostile: boolean): string => {
  const plain = plainNames[at % plainNames.length] ?? "check";
  const name = at < plainNames.length ? plain : `${plain}-${Math.floor(at / plainNames.length) + 1}`;
  return isHostile ? `${hostileTexts[at % hostileTexts.length]}${at < 16 ? "" : ` ${at}`}` : name;
};

const checkAt = (dice: Dice, at: number, { days = 30, isHostile = false, verdicts = [] }: Making): PageCheck => {
  const kind = kinds[at % kinds.length] ?? "http";
  const verdict = verdicts[at] ?? "green";
  const badness = isHostile ? 0.5 : at % 3 === 0 ? 0.16 : 0;
  const said = isHostile ? (hostileTexts[(at + 3) % hostileTexts.length] ?? "") : (saids[kind] ?? "");
  const ticks = verdict === "green" ? 2000 : 3 + Math.floor(dice() * 60);
  return {
    name: nameAt(at, isHostile),
    kind,
    verdict,
    evidence: verdict === "green" ? "as it should be" : said,
    since: iso(nowMs - ticks * 300_000 - 131_000),
    ticks,
    ...(verdict === "green" ? {} : { card: isHostile ? said : "gateway-down" }),
    days: strip(dice, days, badness, verdict, ticks),
    ...measures(dice, kind, days),
  };
};

const stepsOf = (check: string, at: number, kind: number, isOpen: boolean, said: string): readonly PageStep[] => {
  const step = (after: number, event: string, more: Partial<PageStep> = {}): PageStep => ({
    at: iso(at + after * 1000),
    seq: 100 + kind * 12 + after,
    event,
    by: event.startsWith("heal") ? "helper" : "watcher",
    ...more,
  });
  const opened = step(0, "incident.opened", { evidence: said });
  const resolved = isOpen ? [] : [step(271, "incident.resolved", { why: `${check} is green` })];
  const recipe = "restart-unit";
  if (kind % 4 === 3)
    return [
      opened,
      step(1, "heal.refused", { recipe, why: "the unit was stopped on purpose: it ended by itself with status 0" }),
      ...resolved,
    ];
  const begun = [
    opened,
    step(1, "heal.archived", { recipe, attempt: 1, why: "nothing to put aside" }),
    step(1, "heal.created", { recipe, attempt: 1 }),
    step(2, "heal.planned", {
      recipe,
      attempt: 1,
      argv: ["/usr/bin/systemctl", "--system", "restart", "--no-block", "openclaw-gateway.service"],
      backup: [{ path: "/home/agents/.openclaw/openclaw.json", sha256: hash }],
    }),
    step(2, "heal.dispatched", {
      recipe,
      attempt: 1,
      argv: ["/usr/bin/systemctl", "--system", "restart", "--no-block", "openclaw-gateway.service"],
      target: "openclaw-gateway.service, pid 4711, started 2026-11-12T07:00:02Z",
      exit: 0,
    }),
  ];
  if (kind % 4 === 2)
    return [
      ...begun,
      step(260, "heal.failed", { recipe, attempt: 1, proof: "not ok twice in a row within 5 min", evidence: said }),
      step(261, "heal.restored", {
        recipe,
        attempt: 1,
        backup: [{ path: "/home/agents/.openclaw/openclaw.json", sha256: hash }],
      }),
      ...resolved,
    ];
  return [
    ...begun,
    step(9, "heal.proved", { recipe, attempt: 1, proof: "ok twice in a row: status 200 in 3 ms" }),
    ...resolved,
  ];
};

const incidentsOf = (
  dice: Dice,
  checks: readonly PageCheck[],
  days: number,
  isHostile: boolean,
): readonly PageIncident[] => {
  const open = checks
    .filter(({ verdict }) => verdict === "red")
    .map(
      ({ name, since, evidence }, at): PageIncident => ({
        id: `${name}-${since}`,
        check: name,
        openedAt: since,
        resolvedAt: null,
        steps: stepsOf(name, Date.parse(since), at % 2 === 0 ? 2 : 3, true, evidence),
      }),
    );
  const past = checks
    .flatMap((check, at) => check.days.map((day) => ({ check, day, at })))
    .filter(({ day }) => day.red > 0 && day.day !== dayOf(nowMs))
    .map(({ check, day, at }, kind): PageIncident => {
      const begun = Date.parse(`${day.day}T00:00:00Z`) + Math.floor(dice() * 80_000) * 1000;
      const said = isHostile ? (hostileTexts[at % hostileTexts.length] ?? "") : (saids[check.kind] ?? "");
      return {
        id: `${check.name}-${day.day}`,
        check: check.name,
        openedAt: iso(begun),
        resolvedAt: iso(begun + Math.max(day.red * 300_000, 271_000)),
        steps: stepsOf(check.name, begun, kind, false, said),
      };
    });
  return [...open, ...past.sort((a, b) => b.openedAt.localeCompare(a.openedAt))].slice(0, days === 0 ? 0 : 250);
};

const othersOf = (isHostile: boolean): readonly PageStep[] => [
  {
    at: "2026-11-25T08:00:11.020Z",
    seq: 214,
    event: "config.changed",
    by: "watcher",
    why: `config ${hash.slice(0, 16)}`,
  },
  {
    at: "2026-11-20T21:14:00.100Z",
    seq: 190,
    event: "silence.added",
    by: "uid:1000",
    why: isHostile ? hostileTexts.join(" ") : "board for 2h: a migration runs",
  },
  {
    at: "2026-11-02T00:00:03.000Z",
    seq: 96,
    event: "log.rotated",
    by: "helper",
    why: "goes on from heal-0000000001.jsonl (lines 1 to 95)",
    proof: `95:${hash}`,
  },
];

const egress: Page["egress"] = {
  destinations: [
    { host: "api.telegram.org", port: 443, methods: ["POST"], for: "chat: telegram" },
    { host: "hc-ping.com", port: 443, methods: ["GET", "POST"], for: "dead-man's switch" },
    { host: "127.0.0.1", port: 18789, methods: ["GET"], for: "check gateway" },
  ],
  programs: [
    { argv: ["/usr/lib/nagios/plugins/check_disk", "-w", "10%", "-c", "5%"], for: "check disk" },
    { argv: ["/usr/bin/systemctl"], for: "units, and the recipe restart-unit" },
  ],
  sockets: [{ path: "/run/dogwatch-heal.sock", for: "the root helper" }],
};

/** A page as it might be, the same for the same making. */
export const pageOf = (making: Making = {}): Page => {
  const { seed = 1, checks: count = 11, days = 30, isHostile = false } = making;
  const dice = diceOf(seed);
  const checks = Array.from({ length: count }, (_, at) => checkAt(dice, at, making));
  const order: readonly Verdict[] = ["red", "unknown", "amber"];
  const verdict = order.find((each) => checks.some((check) => check.verdict === each)) ?? "green";
  return {
    host: isHostile ? `web-1 ${hostileTexts[0]}` : "web-1",
    version: "0.5.0",
    at: madeAt,
    tick: { at: "2026-11-26T19:00:04.000Z", isStale: false },
    verdict,
    checks,
    incidents: incidentsOf(dice, checks, days, isHostile),
    olderIncidents: days < 30 ? 0 : 12,
    others: days < 30 ? [] : othersOf(isHostile),
    log: {
      kind: "whole",
      lines: 4711,
      head: `4711:${hash}`,
      checkedAt: "2026-11-26T19:00:05.000Z",
      notes: ["sealed through 2026-11-25 (line 4690)"],
    },
    egress: isHostile
      ? { ...egress, programs: hostileTexts.map((text) => ({ argv: [text, text], for: text })) }
      : egress,
    silences: isHostile
      ? hostileTexts
      : days < 30
        ? []
        : ["board is silenced until Thu 26 Nov 21:14 UTC by uid 1000: a migration runs"],
    outbox: isHostile ? 3 : 0,
    notes: isHostile ? hostileTexts : days < 30 ? [] : ["the IP filter is off: systemd 247 or newer is needed"],
  };
};

/** A host that was installed a minute ago. */
export const emptyPage: Page = {
  ...pageOf({ checks: 0, days: 0 }),
  tick: null,
  verdict: null,
  log: { kind: "none" },
  egress: { destinations: [], programs: [], sockets: [] },
};

const sickSet = (at: number): Verdict =>
  at % 17 === 3 ? "red" : at % 19 === 5 ? "unknown" : at % 23 === 7 ? "amber" : "green";

/** The pages that tests look at, by name. */
export const pages: Readonly<Record<string, Page>> = {
  empty: emptyPage,
  "one-day": pageOf({ days: 1, checks: 6 }),
  calm: pageOf({ seed: 7 }),
  "red-30": pageOf({ seed: 3, verdicts: ["red", "green", "red", "amber", "green", "unknown"] }),
  "hostile-30x60": pageOf({
    seed: 5,
    checks: 60,
    isHostile: true,
    verdicts: Array.from({ length: 60 }, (_, at) => sickSet(at)),
  }),
  "plain-30x60": pageOf({ seed: 6, checks: 60, verdicts: Array.from({ length: 60 }, (_, at) => sickSet(at)) }),
};
