import { folderOf } from "../config/path.ts";
import { readSeals } from "../heal/sealing.ts";
import type { Failure, Host } from "../host/host.ts";
import { parseLine } from "../log/line.ts";
import type { VerifyOptions } from "../log/verify.ts";
import { checkSeals, type SealChain, type SealFault } from "../seal/chain.ts";
import { type HeldFault, type HeldLog, type Holder, holdAgainst } from "../seal/held.ts";
import { dayBefore, dayOfMs, type Seal } from "../seal/seal.ts";
import { parseVKey } from "../seal/vkey.ts";

/** What an auditor asks of the seals. */
export interface SealWords {
  readonly key: string;
  readonly seals: string | undefined;
  readonly through: string | undefined;
}

/** What the seals say of a log that is whole by itself. */
export interface SealVerdict {
  readonly isGood: boolean;
  /** For a person, with a newline after each line. */
  readonly text: string;
  /** For a program. */
  readonly json: {
    readonly seals: number;
    readonly newest: { readonly seal: number; readonly made: string; readonly next: string } | null;
    /** The last day that is sealed, and its last line. */
    readonly through: { readonly day: string; readonly line: number } | null;
    readonly unsealed: { readonly from: number; readonly to: number } | null;
    readonly faults: readonly (SealFault | HeldFault | { readonly kind: "stale"; readonly what: string })[];
  };
}

/** The seals of a log, ready to hold it against them. */
export interface LogSeals {
  /** What must be told each line; begins anew. */
  options(): Required<Pick<VerifyOptions, "onLine">>;
  /** Asked when the log was read. `isBroken`: its lines follow each other up to a fault only, so that no more can be held against the seals. */
  verdict(isBroken: boolean): SealVerdict;
  /** The newest line that they have sealed. */
  readonly sealedSeq: number;
}

/** Why the seals can't be asked. */
export type NoSeals =
  | { readonly kind: "words"; readonly why: string; readonly hint: string }
  | { readonly kind: "unreadable"; readonly path: string; readonly failure: Failure };

const keyHint = "Give the key that the install printed, or that was kept from: dogwatch log key";
/** A seal is made each day; this is a tick's time more. */
const lateMs = 25 * 3_600_000;
const dayMs = 86_400_000;

const atOf = (bytes: Uint8Array): string | undefined => {
  const value = parseLine(bytes);
  return typeof value === "object" && value !== null && "at" in value && typeof value.at === "string"
    ? value.at
    : undefined;
};

/** All days before that of the newest seal: what came on them was there when it was made. Seal 0 alone seals nothing: the key that signed it is still there. */
const throughOf = (newest: Seal | undefined): SealVerdict["json"]["through"] =>
  newest === undefined || newest.seal === 0
    ? null
    : { day: dayBefore(newest.made.slice(0, 10)), line: newest.head.seq };

const staleFault = (through: SealVerdict["json"]["through"], wanted: string | undefined) => {
  if (wanted === undefined || (through !== null && through.day >= wanted)) return [];
  const reach = through === null ? "nothing is sealed" : `it is sealed through ${through.day} only`;
  return [{ kind: "stale" as const, what: `${reach}, not ${wanted}: newer seals were cut off, or never made` }];
};

const plural = (seals: readonly Seal[]): string =>
  seals.length === 1 ? `seal ${seals[0]?.seal} is` : `seals ${seals[0]?.seal} to ${seals.at(-1)?.seal} are`;

const lateNote = ({ seal, made, head }: Seal, nowMs: number): readonly string[] => {
  const ageMs = nowMs - Date.parse(made);
  if (ageMs <= lateMs) return [];
  return [
    `note: the newest seal is ${Math.floor(ageMs / dayMs)} d old, and where dogwatch runs it makes one each day.`,
    `      Newer ones may have been cut off, and the lines after line ${head.seq} changed: ask`,
    `      for a number above ${seal} in the journal and the dead-man's switch`,
  ];
};

/** Lines that no erased key has sealed. */
const unsealedOf = (newest: Seal | undefined, { unsealed }: HeldLog): SealVerdict["json"]["unsealed"] => {
  const to = unsealed?.to ?? newest?.head.seq ?? 0;
  return newest?.seal === 0 && to > 0 ? { from: 1, to } : (unsealed ?? null);
};

const unsealedNote = (unsealed: SealVerdict["json"]["unsealed"]): readonly string[] =>
  unsealed === null
    ? []
    : [
        `note: ${unsealed.from === unsealed.to ? `line ${unsealed.from} is` : `lines ${unsealed.from} to ${unsealed.to} are`} not sealed yet: whoever is root since then can have`,
        "      changed what they say",
      ];

const sealedLine = (seals: readonly Seal[], through: SealVerdict["json"]["through"], { made }: Seal): string =>
  through === null
    ? `nothing is sealed yet: seal 0 is by your key, made ${made}.\nThat key is erased with seal 1, on the next day`
    : `sealed through ${through.day} (line ${through.line}): ${plural(seals)} by your key, the newest made ${made}`;

/** Whether a day can be asked for: one that isn't over can't be sealed. */
const wrongDay = (day: string | undefined, nowMs: number): NoSeals | undefined => {
  if (day === undefined) return undefined;
  const isDay = /^\d{4}-\d\d-\d\d$/u.test(day) && !Number.isNaN(Date.parse(`${day}T00:00:00Z`));
  if (!isDay) return { kind: "words", why: `"${day}" is no day`, hint: "Give a day in UTC: --through 2026-11-25" };
  const today = dayOfMs(nowMs);
  const hint = `Give an earlier day: --through ${dayBefore(today)}`;
  return day < today ? undefined : { kind: "words", why: `${day} is not over in UTC, so it can't be sealed yet`, hint };
};

const newestJson = (newest: Seal | undefined): SealVerdict["json"]["newest"] =>
  newest === undefined ? null : { seal: newest.seal, made: newest.made, next: newest.next };

type AnyFault = SealVerdict["json"]["faults"][number];

const faultLines = (file: string, fault: AnyFault): readonly string[] => {
  const place = "offset" in fault ? `${fault.file}: line ${fault.line}, byte ${fault.offset}` : undefined;
  const where = place ?? ("line" in fault ? `${file}: line ${fault.line}` : file);
  return [`TAMPERED: ${fault.what}`, `  ${where} (${fault.kind})`];
};

const textOf = (
  file: string,
  { seals }: SealChain,
  held: HeldLog,
  json: SealVerdict["json"],
  nowMs: number,
): string => {
  const newest = seals.at(-1);
  const faults = json.faults.flatMap((each) => faultLines(file, each));
  const isHeld = held.fault === undefined;
  const sealed =
    newest === undefined || !isHeld
      ? []
      : [sealedLine(seals, json.through, newest), ...unsealedNote(json.unsealed), ...lateNote(newest, nowMs)];
  return [...faults, ...sealed, ""].join("\n");
};

/** Of a log that is broken: its seals by themselves, and how far the lines before the fault are as they sealed them. */
const brokenVerdict = (file: string, chain: SealChain, { fault, reached }: HeldLog): SealVerdict => {
  const rewritten = fault?.kind === "rewritten" ? [fault] : [];
  const newest = chain.seals.at(-1);
  const held = rewritten.length > 0 ? undefined : chain.seals.findLast(({ head }) => head.seq <= reached);
  const faults = [...rewritten, ...(chain.fault === undefined ? [] : [chain.fault])];
  const through = throughOf(held);
  const good =
    newest === undefined || faults.length > 0
      ? []
      : [`the seals by themselves are whole: ${plural(chain.seals)} by your key, the newest made ${newest.made}`];
  const reach =
    through === null || through.line === 0
      ? []
      : [`lines up to ${through.line} are as seal ${held?.seal} has sealed them, through ${through.day}`];
  const text = [...faults.flatMap((each) => faultLines(file, each)), ...good, ...reach, ""].join("\n");
  return {
    isGood: false,
    text,
    json: { seals: chain.seals.length, newest: newestJson(newest), through, unsealed: null, faults },
  };
};

/** Reads the seals that `words` ask for, of the log whose files are given, or of our own. Never throws. */
export const openSeals = (
  host: Host,
  words: SealWords,
  files: readonly string[],
  logFile: string,
): LogSeals | NoSeals => {
  const key = parseVKey(words.key);
  if (key === undefined) return { kind: "words", why: `"${words.key}" is no verifier key`, hint: keyHint };
  const wrong = wrongDay(words.through, host.clock.nowMs());
  if (wrong !== undefined) return wrong;
  const path = words.seals ?? `${folderOf(files[0] ?? logFile)}/heal.seals`;
  const read = readSeals(host, path);
  if (read.kind === "failed") return { kind: "unreadable", path, failure: read };
  const chain = checkSeals(read.text, key, host.signing.isSigned);
  const newest = chain.seals.at(-1);
  let holder: Holder = holdAgainst(chain.seals);
  return {
    sealedSeq: Math.max(0, ...chain.seals.map(({ head }) => head.seq)),
    options: () => {
      holder = holdAgainst(chain.seals);
      return { onLine: (line, raw) => holder.take(line, () => atOf(raw.bytes)) };
    },
    verdict: (isBroken) => {
      const ended = holder.end();
      if (isBroken) return brokenVerdict(path, chain, ended);
      // Where the seals break off, the lines after them are of any day: that is said already.
      const isOtherDay = chain.fault !== undefined && ended.fault?.kind === "other-day";
      const held = isOtherDay ? { ...ended, fault: undefined } : ended;
      const through = throughOf(newest);
      const faults = [
        ...(held.fault === undefined ? [] : [held.fault]),
        ...(chain.fault === undefined ? [] : [chain.fault]),
        ...staleFault(through, words.through),
      ];
      const json = {
        seals: chain.seals.length,
        newest: newestJson(newest),
        through,
        unsealed: unsealedOf(newest, held),
        faults,
      };
      return { isGood: faults.length === 0, text: textOf(path, chain, held, json, host.clock.nowMs()), json };
    },
  };
};
