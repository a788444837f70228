import type { Applicable } from "../../src/heal/choice.ts";
import { withFiles } from "../../src/heal/files.ts";
import { createHands } from "../../src/heal/hands.ts";
import { storeKept } from "../../src/heal/kept.ts";
import type { FileChange } from "../../src/heal/recipe.ts";
import { candidate, recipe } from "./bed.ts";
import { applicable, createHealBed, type HealBed, logFile, state } from "./heal-bed.ts";

export const file = "/etc/gateway.yaml";
export const lock = "/run/gateway.lock";
const restart: readonly string[] = ["/usr/bin/systemctl", "restart", "--no-block", "gateway.service"];

/** A heal bed with a gateway's config and lock on it. */
export const createFilesBed = (): HealBed => {
  const bed = createHealBed();
  bed.host.files.put(file, "bad", { mode: 0o640 });
  bed.host.files.put(lock, '{"pid":4711,"start_time":12}');
  return bed;
};

/** Keeps `text` as what last ran green. */
export const keep = async (bed: HealBed, text: string): Promise<void> => {
  const { host } = bed;
  const path = "/etc/elsewhere.yaml";
  host.files.put(path, text, { mode: 0o600 });
  const read = await createHands(host).read(path, undefined);
  if (read.kind !== "read") throw new Error("not read");
  storeKept(host, state, file, read, { bootId: "boot-1", startedUptimeS: 5, at: "2026-11-23T01:00:00.000Z" });
  host.files.remove(path);
};

/** A choice whose recipe backs these files up, looked at as the heal stage does; a command only where there is no change. */
export const choose = async (
  bed: HealBed,
  backup: readonly string[],
  kind?: FileChange["kind"],
  steps: readonly (readonly string[])[] = [restart],
): Promise<Applicable> => {
  const change = kind === undefined ? [] : [[kind, backup[0] ?? ""]];
  const made = candidate({ recipe: recipe(), steps: [...change, ...steps], backup });
  const [found = made] = await withFiles(bed.bench, [made]);
  return { ...applicable({}), candidate: found };
};

/** The lines of the heal log. */
export const lines = (bed: HealBed): readonly Record<string, unknown>[] =>
  (bed.host.files.text(logFile) ?? "")
    .trim()
    .split("\n")
    .map((line): Record<string, unknown> => JSON.parse(line));

/** Paths in the backup folder, without it. */
export const copies = (bed: HealBed): readonly string[] =>
  bed.host.files.paths().flatMap((path) => (path.startsWith(`${state}/backup/`) ? [path.slice(state.length + 7)] : []));
