import { type Found, pointerGet } from "../config/conditions.ts";
import type { Ask, Condition, DriftCheck } from "../config/config.ts";
import { parseJson } from "../config/json.ts";
import { askOnce, sayStatus } from "./ask.ts";
import { cannotRead } from "./cannot-read.ts";
import { parseDocument } from "./document.ts";
import type { ProbeContext, Seen } from "./probe.ts";
import { commandLine, isDead } from "./process-facts.ts";

const maxBytes = 1024 * 1024;

/** One value that runs now, and where: as the evidence names it. */
export interface Running {
  readonly where: string;
  readonly found: Found;
}

/** The values that run now, at least one, or why there is nothing to compare. */
export type Values = { readonly kind: "values"; readonly values: readonly Running[] } | Seen;

const unknown = (evidence: string): Seen => ({ kind: "unknown", evidence });
const one = (where: string, found: Found): Values => ({ kind: "values", values: [{ where, found }] });

/** A text source holds nothing but text: it is read as what it is compared with. */
const asWanted = (text: string, { value }: Condition): unknown => {
  if (typeof value === "number" && /^-?\d{1,15}(?:\.\d{1,15})?$/u.test(text)) return Number(text);
  if (typeof value === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
};

/** TOML has dates, and whole numbers that a number here can't hold: they are compared as text. Source: TOML 1.0. */
const plain = (found: Found): Found => {
  if (found.kind === "missing") return found;
  if (found.value instanceof Date) return { kind: "found", value: found.value.toISOString() };
  return typeof found.value === "bigint" ? { kind: "found", value: String(found.value) } : found;
};

type FileSource = Extract<DriftCheck["drift"]["source"], { readonly kind: "file" }>;

const inFile = async (source: FileSource, check: DriftCheck, { host }: ProbeContext): Promise<Values> => {
  const { file, format } = source;
  const read = host.files.read(file, maxBytes);
  if (read.kind === "failed") return cannotRead(file, read, check.as);
  const parsed = await parseDocument(host.structured, read.bytes, format);
  if (parsed.kind === "fault") return unknown(`cannot read "${file}": ${parsed.why}`);
  const pointer = check.drift.at ?? "";
  const found = plain(pointerGet(parsed.value, pointer));
  if (format !== "env" || found.kind === "missing") return one(pointer, found);
  return one(pointer.slice(1), { kind: "found", value: asWanted(String(found.value), check.drift.want) });
};

const inAnswer = async (ask: Ask, check: DriftCheck, context: ProbeContext): Promise<Values> => {
  const question = {
    name: check.name,
    ask,
    method: "GET",
    accept: "application/json",
    maxBodyBytes: maxBytes,
  } as const;
  const answer = await askOnce(question, context);
  if (answer.kind === "unknown") return answer;
  if (answer.kind === "failed") return unknown(`nothing to compare: ${answer.why}`);
  if (answer.status !== 200) return unknown(`nothing to compare: ${sayStatus(answer)}, want 200`);
  const parsed = answer.isBodyCut ? undefined : parseJson(answer.body);
  if (parsed === undefined) return unknown("nothing to compare: the answer is not JSON of at most 1 MiB");
  const pointer = check.drift.at ?? "";
  return one(pointer, pointerGet(parsed.value, pointer));
};

const inProcesses = async (command: string, { drift }: DriftCheck, { host, shared }: ProbeContext): Promise<Values> => {
  const list = await shared.processes();
  if (list.kind === "failed") return unknown(`cannot list processes: ${list.why}`);
  const pattern = new RegExp(command, "u");
  const values = list.processes.flatMap((each): Running[] => {
    const match = isDead(each) || each.pid === host.pid ? null : pattern.exec(commandLine(each));
    if (match === null) return [];
    const where = `the command line of pid ${each.pid}`;
    const text = match[1];
    return [
      { where, found: text === undefined ? { kind: "missing" } : { kind: "found", value: asWanted(text, drift.want) } },
    ];
  });
  if (values.length > 0) return { kind: "values", values };
  return unknown("nothing to compare: no live process has such a command line");
};

/** Fetches what runs now, from wherever the check says. Never rejects for expected trouble. */
export const runningValues = async (check: DriftCheck, context: ProbeContext): Promise<Values> => {
  const { source } = check.drift;
  switch (source.kind) {
    case "file":
      return await inFile(source, check, context);
    case "http":
      return await inAnswer(source.ask, check, context);
    case "process":
      return await inProcesses(source.command, check, context);
  }
};
