import { askOf } from "../config/ask-of.ts";
import type { Check, SecretRef } from "../config/config.ts";
import { isMap, parseJson } from "../config/json.ts";
import type { Host, Ran } from "../host/host.ts";
import { cleanEvidence, quote } from "./evidence.ts";
import type { LookOptions } from "./look.ts";
import { type Beats, type Memory, type Reading, systemBeats } from "./probe.ts";

/** A round of looks ends by then in the child; what it leaves on top is for starting and telling. */
const childMs = 55_000;
const bytesPerReading = 4096;
const maxMemoryKeys = 20;
const maxMemoryText = 300;
const maxMemoryKey = 64;
const maxFindings = 10;
const maxFinding = 40;

/** What a child is told on its standard input. Credentials are read by whoever may; a secret file is read by the child itself. */
export interface LookOrder {
  readonly version: 1;
  readonly checks: readonly Check[];
  readonly memory: Readonly<Record<string, Memory>>;
  /** By credential name. */
  readonly credentials: Readonly<Record<string, ReturnType<LookOptions["secret"]>>>;
  readonly beats: Beats;
}

const credentialsOf = (checks: readonly Check[]): readonly string[] =>
  checks.flatMap((check) =>
    Object.values(askOf(check)?.ask.headers ?? {}).flatMap((value) =>
      typeof value === "object" && "credential" in value ? [value.credential] : [],
    ),
  );

const orderOf = (checks: readonly Check[], { secret, memory, beats = systemBeats }: LookOptions): LookOrder => ({
  version: 1,
  checks,
  beats,
  memory: Object.fromEntries(checks.flatMap(({ name }) => [[name, memory(name) ?? {}]])),
  credentials: Object.fromEntries(
    credentialsOf(checks).map((credential) => [credential, secret({ credential } satisfies SecretRef)]),
  ),
});

const memoryOf = (value: unknown): Memory | undefined => {
  if (!isMap(value)) return undefined;
  const pairs = Object.entries(value)
    .filter(([key]) => key.length <= maxMemoryKey)
    .slice(0, maxMemoryKeys)
    .flatMap(([key, each]): [string, Memory[string]][] => {
      if (typeof each === "string") return [[key, each.slice(0, maxMemoryText)]];
      return typeof each === "number" || typeof each === "boolean" || each === null ? [[key, each]] : [];
    });
  return Object.fromEntries(pairs);
};

/** A number from 0 to `most`, nearest to the one given; undefined for what is none. */
const finite = (value: unknown, most: number): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? Math.min(Math.max(value, 0), most) : undefined;

/** How many jobs wait and run, where a queue was looked at. */
const depthOf = (value: unknown): Reading["depth"] => {
  if (!isMap(value)) return undefined;
  const ready = finite(value["ready"], Number.MAX_SAFE_INTEGER);
  return ready === undefined
    ? undefined
    : { ready, running: finite(value["running"], Number.MAX_SAFE_INTEGER) ?? null };
};

/** Marks and words of a reading, bounded. */
const marksOf = (value: Readonly<Record<string, unknown>>): Partial<Reading> => {
  const { findings } = value;
  const words = Array.isArray(findings)
    ? findings
        .flatMap((each) => (typeof each === "string" ? [cleanEvidence(each, maxFinding)] : []))
        .slice(0, maxFindings)
    : undefined;
  return {
    ...(value["isAdvisory"] === true ? { isAdvisory: true as const } : {}),
    ...(value["isAlertOnly"] === true ? { isAlertOnly: true as const } : {}),
    ...(value["isStanding"] === true ? { isStanding: true as const } : {}),
    ...(words === undefined ? {} : { findings: words }),
  };
};

const isKind = (value: unknown): value is Reading["kind"] => value === "ok" || value === "bad" || value === "unknown";

/** A reading out of a process that others may have had a hand in: bounded and cleaned, and undefined when it is none. Pure. */
export const readingOf = (value: unknown): Reading | undefined => {
  if (!isMap(value)) return undefined;
  const { kind, evidence, durationMs, startedUptimeS } = value;
  if (!isKind(kind) || typeof evidence !== "string") return undefined;
  const memory = memoryOf(value["memory"]);
  const uptimeS = finite(startedUptimeS, Number.MAX_SAFE_INTEGER);
  const depth = depthOf(value["depth"]);
  return {
    kind,
    evidence: cleanEvidence(evidence),
    durationMs: finite(durationMs, childMs) ?? 0,
    ...(uptimeS === undefined ? {} : { startedUptimeS: uptimeS }),
    ...marksOf(value),
    ...(depth === undefined ? {} : { depth }),
    ...(memory === undefined ? {} : { memory }),
  };
};

const whyNot = (ran: Ran): string => {
  switch (ran.kind) {
    case "failed":
      return ran.why;
    case "timed-out":
      return `the look did not end within ${childMs / 1000} s`;
    case "signalled":
      return `the look was ended by ${ran.signal}`;
    case "exited":
      return `the look ended with ${ran.status}${ran.stderr === "" ? "" : `: ${quote(ran.stderr, 120)}`}`;
  }
};

const unknown = (evidence: string): Reading => ({ kind: "unknown", evidence: cleanEvidence(evidence), durationMs: 0 });

/**
 * Looks at checks as another user: a child becomes that user for good before our program even starts in it, opens and runs everything, and
 * hands its readings back. Needs root, and refuses to look as root. Never throws.
 */
export const lookAs = async (
  host: Host,
  user: string,
  checks: readonly Check[],
  options: LookOptions,
): Promise<ReadonlyMap<string, Reading>> => {
  const all = (evidence: string): ReadonlyMap<string, Reading> =>
    new Map(checks.map(({ name }) => [name, unknown(evidence)]));
  const uid = host.uidOf(user);
  if (uid === undefined) return all(`cannot look as "${user}": there is no such user on this host`);
  if (uid === 0) return all(`cannot look as "${user}": dogwatch never looks as root`);
  if (host.uid !== 0) return all(`cannot look as "${user}": only root can become another user`);
  const ran = await host.exec.run({
    argv: [host.binary, "look"],
    user,
    stdin: `${JSON.stringify(orderOf(checks, options))}\n`,
    timeoutMs: childMs,
    maxOutputBytes: 65_536 + bytesPerReading * checks.length,
  });
  const answer = ran.kind === "exited" && ran.status === 0 ? parseJson(ran.stdout)?.value : undefined;
  if (!isMap(answer)) return all(`cannot look as "${user}": ${whyNot(ran)}`);
  return new Map(
    checks.map(({ name }) => [
      name,
      readingOf(Object.hasOwn(answer, name) ? answer[name] : undefined) ??
        unknown(`the look as "${user}" gave no reading`),
    ]),
  );
};
