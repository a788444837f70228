import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nextLine } from "../src/log/chain.ts";
import type { Head, NewEntry } from "../src/log/entry.ts";
import { type Contender, contest, type Result } from "./contest.ts";

const noHead: Head = { seq: 0, sha256: "0".repeat(64) };
const boot = "0b6f4c1e-7e0b-4b34-9a55-3f1f7f3c2b11";
const linesAtOnce = 10_000;

/** The lines of one heal as the helper writes them, its incident opened and ended. */
const healOf = (number: number): readonly NewEntry[] => {
  const incident = `gateway-${number % 17}-20261123T${String(number).padStart(8, "0")}Z`;
  const check = `gateway-${number % 17}`;
  const key = `${incident}/restart-unit`;
  const of = { by: "helper", incident, check, recipe: "restart-unit", key, attempt: 1 };
  const argv = ["/usr/bin/systemctl", "--system", "restart", "--no-block", "openclaw-gateway.service"];
  const [recipe, config, binary] = ["1f", "2e", "3d"].map((each) => each.repeat(32));
  const hashes = { recipe_sha256: recipe ?? "", config_sha256: config ?? "", binary_sha256: binary ?? "" };
  const target = {
    unit: "openclaw-gateway.service",
    pid: 4000 + (number % 30_000),
    started: "2026-11-23T02:00:00.000Z",
  };
  return [
    { event: "incident.opened", by: "watcher", incident, check, evidence: `no answer in 5 s — ${number} × größer` },
    { event: "heal.archived", ...of, why: "0 stale attempts closed" },
    { event: "heal.created", ...of, ...hashes, budget_left: number % 3 },
    { event: "heal.planned", ...of, argv, target, why: "exactly one change is planned" },
    { event: "heal.dispatched", ...of, argv },
    { event: "heal.proved", ...of, exit: 0, proof: 'ok 2 times in a row: gateway: status 200, "live"' },
    { event: "incident.resolved", by: "helper", incident, check, why: "healed by restart-unit" },
  ];
};

/** Writes a heal log of so many lines, such as a busy fleet would leave in years. */
export const writeLog = (path: string, lines: number): void => {
  writeFileSync(path, "");
  let [head, text, count] = [noHead, [] as string[], 0];
  for (let heal = 0; count < lines; heal++)
    for (const entry of healOf(heal).slice(0, lines - count)) {
      const at = new Date(Date.UTC(2026, 10, 23) + count * 977).toISOString();
      const next = nextLine(entry, head, { at, host: "web-1", boot });
      text.push(`${next.line}\n`);
      head = next.head;
      count += 1;
      if (count % linesAtOnce > 0 && count < lines) continue;
      appendFileSync(path, text.join(""));
      text = [];
    }
};

/** `log verify` of a long log and of one a tenth as long, beside `sha256sum` of the long one. */
export const measuredLogs = async (binary: string, lines: number, rounds: number): Promise<readonly Result[]> => {
  const folder = mkdtempSync(join(tmpdir(), "dogwatch-bench-log-"));
  try {
    const verify = (name: string, count: number): Contender => {
      const place = join(folder, name);
      mkdirSync(place);
      writeLog(join(place, "heal.jsonl"), count);
      const argv = [binary, "log", "verify", "--logs-dir", place, "--state-dir", join(folder, "state")];
      return { name: `dogwatch log verify, ${count} lines`, program: { argv } };
    };
    const long = verify("long", lines);
    const short = verify("short", Math.ceil(lines / 10));
    const sum: Contender = {
      name: `sha256sum of the same ${lines} lines`,
      program: { argv: ["/usr/bin/sha256sum", join(folder, "long", "heal.jsonl")] },
    };
    return await contest([long, sum, short], undefined, rounds);
  } finally {
    rmSync(folder, { recursive: true });
  }
};
