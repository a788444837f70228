import { meets } from "../config/conditions.ts";
import type { Condition, DriftCheck } from "../config/config.ts";
import { isSecretName, isSecretText } from "../config/secret-words.ts";
import type { Running } from "./drift-values.ts";
import { quote } from "./evidence.ts";
import type { Probe, Seen } from "./probe.ts";

/** Processes that are named when they don't agree. */
const maxNamed = 3;

/** A value for a person. Maps and lists are counted, not written out: what hides in them can't be told. */
const shown = (value: unknown): string => {
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return `a map of ${Object.keys(value).length}`;
  return String(value);
};

const documented = ({ op, value }: Condition): string => {
  const text = typeof value === "string" && op !== "~" ? quote(value) : String(value);
  return op === "==" ? text : `${op} ${text}`;
};

const isSecret = ({ drift }: DriftCheck, found: Running["found"]): boolean => {
  const { source, at, want } = drift;
  const names = source.kind === "process" ? source.command : (at ?? "");
  const texts = [found.kind === "found" ? found.value : "", want.value];
  return isSecretName(names) || texts.some((text) => typeof text === "string" && isSecretText(text));
};

const differs = (check: DriftCheck, { where, found }: Running): string => {
  const want = documented(check.drift.want);
  const isHidden = isSecret(check, found);
  if (found.kind === "missing") return `${where} is not set, documented is ${isHidden ? "***" : want}`;
  if (isHidden) return `${where} is ***, not the documented ***`;
  return `${where} is ${shown(found.value)}, documented is ${want}`;
};

/**
 * Holds what runs against what is documented: both are shown, secrets as `***`. Several processes must all be as documented. Pure.
 * `values`: at least one.
 */
export const judgeDrift = (check: DriftCheck, values: readonly Running[]): Seen => {
  const wrong = values.filter(({ found }) => found.kind === "missing" || !meets(check.drift.want, found.value));
  if (wrong.length > 0) {
    const more = wrong.length > maxNamed ? `; and ${wrong.length - maxNamed} more` : "";
    const named = wrong.slice(0, maxNamed).map((each) => differs(check, each));
    return { kind: "bad", evidence: `${named.join("; ")}${more}` };
  }
  const [first] = values;
  if (first?.found.kind !== "found") return { kind: "unknown", evidence: "nothing to compare" };
  const value = isSecret(check, first.found) ? "***" : shown(first.found.value);
  const others = values.length > 1 ? ` and ${values.length - 1} more` : "";
  return { kind: "ok", evidence: `${first.where}${others} is ${value}, as documented` };
};

/** The documented value against the one that runs, in a file, an answer or a command line. What reads them is loaded at the first drift check. */
export const driftProbe: Probe<"drift"> = {
  kind: "drift",
  look: async (check, context) => {
    const { runningValues } = await import("./drift-values.ts");
    const running = await runningValues(check, context);
    return running.kind === "values" ? judgeDrift(check, running.values) : running;
  },
  processes: ({ drift }) => (drift.source.kind === "process" ? { argv: true, uid: false } : undefined),
  deadlineMs: ({ drift: { source } }) => (source.kind === "http" ? source.ask.timeoutMs + 1000 : 10_000),
};
