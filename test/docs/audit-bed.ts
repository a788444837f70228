import { existsSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nextLine } from "../../src/log/chain.ts";
import type { Head } from "../../src/log/entry.ts";
import { healEntries, type LogBed } from "../log/log-bed.ts";
import { type Block, blocksOf } from "./blocks.ts";

export const page = "docs/audit.md";
export const blocks: readonly Block[] = blocksOf(page).filter(({ mark }) => mark === "run");

/** The one block to run that has this in it. */
export const blockWith = (word: string): string => {
  const [found, ...more] = blocks.filter(({ text }) => text.includes(word));
  if (found === undefined || more.length > 0) throw new Error(`${more.length + 1} blocks with "${word}"`);
  return found.text;
};

/** The three blocks that follow the chain, one after the other as a reader runs them. */
export const chainScript: string = ["done >all.jsonl", "split -d", "bad=0 torn"]
  .map((word) => blockWith(word))
  .join("\n");

/** A program that the page has as a whole. */
export const programOf = (name: string): string => {
  const found = blocksOf(page).find(({ mark }) => mark === `file ${name}`);
  if (found === undefined) throw new Error(`the page has no "${name}"`);
  return found.text;
};

export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in a folder. `env`: set besides. */
export const runIn = (folder: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}): Ran => {
  const ran = Bun.spawnSync([...argv], { cwd: folder, env: { ...process.env, ...env } });
  return { status: ran.exitCode, out: ran.stdout.toString(), err: ran.stderr.toString() };
};

/** Runs text of the page as it stands, in bash. */
export const runBash = (folder: string, script: string, env?: Readonly<Record<string, string>>): Ran =>
  runIn(folder, ["bash", "-c", script], env);

/** Puts the page's programs into a folder. */
export const bringPrograms = (folder: string): void => {
  for (const name of ["chain.py", "seals.py"]) writeFileSync(join(folder, name), programOf(name));
};

/** Files of the log in a folder, oldest first. */
export const segmentsIn = (folder: string): readonly string[] => {
  const rotated = readdirSync(folder).filter((name) => /^heal-\d{10}\.jsonl/u.test(name));
  return [...rotated.toSorted(), ...(existsSync(join(folder, "heal.jsonl")) ? ["heal.jsonl"] : [])];
};

const seqOfFirst = (bytes: Buffer): number => Number(/^\{"seq":(\d+),/u.exec(bytes.toString("utf8"))?.[1] ?? "1");

/** Rotates as the page tells it: closes, renames, begins anew. Gives the name of the closed file. */
export const rotate = (bed: LogBed): string => {
  const closed: Head = bed.append({
    event: "log.rotated",
    by: "helper",
    why: "closed: it goes on in the next file",
  });
  const first = seqOfFirst(bed.read());
  const name = `heal-${String(first).padStart(10, "0")}.jsonl`;
  renameSync(bed.path, join(bed.folder, name));
  const stamp = { at: new Date(bed.host.clock.nowMs()).toISOString(), host: "web-1", boot: bed.host.clock.bootId() };
  const { line } = nextLine(
    {
      event: "log.rotated",
      by: "helper",
      why: `goes on from ${name} (lines ${first} to ${closed.seq})`,
      proof: `${closed.seq}:${closed.sha256}`,
    },
    closed,
    stamp,
  );
  bed.write(`${line}\n`);
  return name;
};

/** A log over three files, two of them rotated, with a sealed tear in the second. Gives its head. */
export const fillSegments = (bed: LogBed): Head => {
  bed.append(...healEntries(1), ...healEntries(2));
  rotate(bed);
  bed.append(...healEntries(3));
  bed.write(bed.read().subarray(0, -20));
  bed.append(...healEntries(4));
  bed.wait(86_400_000);
  rotate(bed);
  return bed.append(...healEntries(5));
};
