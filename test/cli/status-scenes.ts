import { type Attempt, emptyHealState } from "../../src/state/heal-state.ts";
import { writeIllness } from "../../src/state/illness.ts";
import { writeSilences } from "../../src/state/silence.ts";
import type { CheckState, State } from "../../src/state/state.ts";
import { writeHealState, writeState } from "../../src/state/store.ts";
import { checkState } from "../checks.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";
import { stateOf } from "./cli-bed.ts";

const folder = "/var/lib/dogwatch";
/** The hour of the last tick of all scenes, 02:01 on 2026-11-23. */
const lastHour = Math.floor(Date.UTC(2026, 10, 23, 2) / 3_600_000);

const config = `chat: { console: {} }
checks:
  gateway-process: { process: { name: openclaw-gateway } }
  gateway: { http: { url: "http://127.0.0.1:18789/healthz" }, needs: [gateway-process] }
  board: { queue: { hermes: /home/agents/.hermes/kanban.db } }
  nightly: { heartbeat: { beat: nightly-backup, max_age: 26h } }
  disk: { plugin: { command: [/usr/lib/nagios/plugins/check_disk, -w, "10%"] } }
  model-setting: { drift: { file: /home/agents/.hermes/config.yaml, at: /model, want: local-7b } }
`;

const attempt: Attempt = {
  key: "gateway-process-20261123T015500Z/restart-unit",
  rule: "1:restart-unit",
  recipe: "restart-unit",
  incident: "gateway-process-20261123T015500Z",
  check: "gateway-process",
  sick: ["gateway-process"],
  number: 1,
  outcome: "failed",
  at: "2026-11-23T01:55:14.000Z",
  started: { bootId: "boot-1", uptimeS: 86_100 },
  ended: { bootId: "boot-1", uptimeS: 86_110 },
  countsForS: 3600,
  proofWithinS: 300,
  proofEveryS: 2,
  target: { unit: "gateway.service", scope: "system" },
  invocationBefore: null,
  why: "gateway-process: 0 processes, at least 1 wanted, after 5 min",
};

const well: Readonly<Record<string, CheckState>> = {
  "gateway-process": checkState({ evidence: "1 process (pid 812)", since: "2026-11-21T22:00:00.000Z", ticks: 336 }),
  gateway: checkState({ evidence: "200 in 5 ms", ticks: 13 }),
  board: checkState({ evidence: "3 running, 0 waiting, all make progress", ticks: 336 }),
  nightly: checkState({ evidence: "the last beat was 22 h ago", since: "2026-11-23T01:58:00.000Z", ticks: 1 }),
  disk: checkState({ evidence: "DISK OK - free space: / 41 GB", ticks: 13 }),
  "model-setting": checkState({ evidence: 'is "local-7b"', ticks: 13 }),
};

const sick: Readonly<Record<string, CheckState>> = {
  ...well,
  "gateway-process": checkState({
    verdict: "red",
    reading: "bad",
    evidence: "0 processes, at least 1 wanted",
    since: "2026-11-23T01:55:00.000Z",
    ticks: 3,
  }),
  gateway: checkState({
    verdict: "red",
    reading: "bad",
    evidence: "connection refused by 127.0.0.1:18789",
    since: "2026-11-23T01:55:00.000Z",
    ticks: 3,
    because: "gateway-process",
  }),
  nightly: checkState({
    verdict: "unknown",
    reading: "unknown",
    evidence: 'cannot read "/var/lib/dogwatch-beat/nightly-backup.0": permission denied',
    since: "2026-11-23T00:40:00.000Z",
    ticks: 17,
  }),
  "model-setting": checkState({
    verdict: "amber",
    reading: "bad",
    evidence: 'is "gpt-5", not "local-7b"',
    since: "2026-11-19T11:00:00.000Z",
    ticks: 1100,
  }),
};

const day = {
  last: lastHour,
  ticked: "ggggggg--ggggggggggggggg",
  worst: {
    "gateway-process": "ggggggg--ggggggggggggggr",
    gateway: "ggggggg--gggggragggggggr",
    nightly: "ggggggg--gggggggggggguuu",
    "model-setting": "aaaaaaa--aaaaaaaaaaaaaaa",
  },
} as const;

const incident = {
  id: "gateway-process-20261123T015500Z",
  check: "gateway-process",
  openedAt: "2026-11-23T01:55:00.000Z",
  lastTold: { bootId: "boot-1", uptimeS: 86_110 },
};

const many = Object.fromEntries(
  Array.from({ length: 60 }, (_, i): [string, CheckState] => [
    `agent-${String(i + 1).padStart(2, "0")}`,
    i === 17 || i === 41
      ? checkState({ verdict: "red", reading: "bad", evidence: "no answer in 5 s", ticks: 3 })
      : checkState({ evidence: "200 in 4 ms", ticks: 288 }),
  ]),
);

type Settings = Parameters<typeof createFakeHost>[0];
type Change = (host: FakeHost) => void;

const sceneOf = (state: Partial<State>, settings: Settings, ...changes: readonly Change[]): FakeHost => {
  const host = createFakeHost({
    ...settings,
    terminal: { isOutTerminal: true, canRedraw: true, ...settings?.terminal },
  });
  host.files.put("/etc/dogwatch/dogwatch.yaml", config, { mode: 0o644, uid: 0 });
  host.systemd.next = { at: "2026-11-23T02:06:00.000Z", periodS: 300 };
  writeState(host, folder, stateOf(host, state));
  for (const change of changes) change(host);
  return host;
};

const allWell = { verdict: "green", checks: well, day: { ...day, worst: {} } } as const;
const redNight = {
  verdict: "red",
  checks: sick,
  incidents: { "gateway-process": incident },
  day,
} as const;

const flap = {
  states: "gggrgrgr",
  at: { bootId: "boot-1", uptimeS: 86_000 },
  isFlapping: true,
  since: "2026-11-23T01:10:00.000Z",
  isTold: true as const,
};
const { isTold: _, ...untold } = { ...flap, reds: 2 };
const refused: Change = (host) =>
  void writeHealState(host, folder, {
    ...emptyHealState,
    refusals: {
      "gateway-process-20261123T015500Z 1:restart-unit": {
        why: '"gateway-process" is flapping: it comes and goes, and a restart would join in',
        count: 1,
      },
    },
  });
const healTried: Change = (host) => void writeHealState(host, folder, { ...emptyHealState, attempts: [attempt] });
const silenced: Change = (host) =>
  void writeSilences(host, folder, [
    {
      check: "model-setting",
      from: "2026-11-23T00:00:00.000Z",
      until: "2026-11-23T06:00:00.000Z",
      reason: "we try another model tonight",
      by: "uid:1000",
    },
  ]);

const message = { id: "m", kind: "red", text: "", host: "web-1", incident: null, check: null } as const;
const waiting = [
  {
    ...message,
    at: "2026-11-23T01:55:20.000Z",
    tick: 10,
    tries: 3,
    refused: "telegram answered 401 Unauthorized",
    folded: null,
  },
];

/** What `status` is shown in, each a machine at 02:05 on 2026-11-23 whose last tick was four minutes ago. */
export const scenes: Readonly<Record<string, (columns?: number) => FakeHost>> = {
  green: (columns = 80) => sceneOf(allWell, { terminal: { columns } }),
  "red-healed-silenced": (columns = 80) => sceneOf(redNight, { terminal: { columns } }, healTried, silenced),
  flapping: (columns = 80) =>
    sceneOf(
      {
        ...redNight,
        checks: { ...well, "gateway-process": sick["gateway-process"] ?? checkState() },
        flaps: {
          "gateway-process": { ...flap, reds: 3 },
          board: { ...flap, since: "2026-11-22T23:10:00.000Z", reds: 1 },
          disk: untold,
        },
      },
      { terminal: { columns } },
      refused,
    ),
  stale: (columns = 80) => sceneOf(allWell, { terminal: { columns } }, (host) => host.clock.advance(3 * 3_600_000)),
  ill: (columns = 80) =>
    sceneOf({ ...allWell, outbox: waiting }, { terminal: { columns } }, (host) =>
      writeIllness(host, folder, {
        exit: 75,
        why: "an alert cannot be delivered: telegram answered 401 Unauthorized",
      }),
    ),
  "first-tick-of-a-boot": (columns = 80) =>
    sceneOf(
      { ...allWell, day: { ...day, ticked: "ggggggggggggggg--------g", worst: {} } },
      { terminal: { columns } },
      (host) => {
        host.clock.reboot("boot-2");
        host.clock.advance(90_000);
      },
    ),
  "sixty-checks": (columns = 80) =>
    sceneOf(
      {
        verdict: "red",
        checks: many,
        day: {
          last: lastHour,
          ticked: "g".repeat(24),
          worst: {
            "agent-18": `${"g".repeat(22)}ar`,
            "agent-42": `${"g".repeat(22)}ar`,
            "agent-07": `${"g".repeat(10)}rr${"g".repeat(12)}`,
          },
        },
      },
      { terminal: { columns } },
    ),
  hostile: (columns = 80) =>
    sceneOf(
      {
        verdict: "red",
        checks: {
          "a-check-with-a-name-of-forty-characters": checkState({
            verdict: "red",
            reading: "bad",
            evidence: "\u001b]0;x\u0007\u001b[2J\u001b[31;1m\rok \u202egnp.exe",
          }),
          "gate\u001b[2J\nGREEN · all is well": checkState({ evidence: "@everyone <!channel>\n# no" }),
          監視: checkState({ verdict: "amber", reading: "bad", evidence: "応答がありません。".repeat(8) }),
        },
      },
      { terminal: { columns } },
    ),
  ascii: (columns = 80) => sceneOf(redNight, { terminal: { columns, isUtf8: false } }, healTried, silenced),
  pipe: () => sceneOf(redNight, { terminal: { isOutTerminal: false, canRedraw: false } }, healTried, silenced),
};
