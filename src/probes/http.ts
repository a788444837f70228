import { meets, pointerGet } from "../config/conditions.ts";
import type { Condition, HttpCheck } from "../config/config.ts";
import { parseJson } from "../config/json.ts";
import type { HttpAnswer } from "../host/host.ts";
import { askOnce, sayStatus } from "./ask.ts";
import { quote } from "./evidence.ts";
import { isOurFault } from "./our-fault.ts";
import type { Probe, Seen } from "./probe.ts";

/** A health answer is small; what lies beyond is not read. */
const maxBodyBytes = 1024 * 1024;

const bad = (evidence: string): Seen => ({ kind: "bad", evidence });
const unknown = (evidence: string): Seen => ({ kind: "unknown", evidence });
type Answer = HttpAnswer & { readonly kind: "answer" };

/** A token that another one uses or that is refused: a restart feeds the fight, and a person has to look. */
const incurable: readonly number[] = [401, 409];

const judgeStatus = ({ expect }: HttpCheck, answer: Answer): Seen | undefined => {
  if (expect.status.some(({ min, max }) => answer.status >= min && answer.status <= max)) return undefined;
  const wanted = expect.status.map(({ min, max }) => (min === max ? `${min}` : `${min} to ${max}`)).join(" or ");
  const body = answer.body.trim() === "" ? "" : `: ${quote(answer.body, 120)}`;
  const seen = bad(`${sayStatus(answer)}, want ${wanted}${body}`);
  return incurable.includes(answer.status) ? { ...seen, isAlertOnly: true } : seen;
};

const describe = ({ op, value }: Condition): string => (op === "==" ? "" : `${op} `) + JSON.stringify(value);

/** A JSON value for a person: text, maps and lists in quotes. One nested deeper than the stack can't be written out. */
const shown = (value: unknown): string => {
  try {
    if (typeof value === "string") return quote(value);
    return typeof value === "object" && value !== null ? quote(JSON.stringify(value)) : JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return "nested too deeply to be shown";
    throw error;
  }
};

const judgeJson = ({ expect }: HttpCheck, answer: Answer): Seen | undefined => {
  if (expect.json.length === 0) return undefined;
  if (answer.isBodyCut) return bad(`status ${answer.status}, and a body of more than 1 MiB where JSON was expected`);
  const parsed = parseJson(answer.body);
  if (parsed === undefined) return bad(`status ${answer.status}, but the body is not JSON: ${quote(answer.body, 60)}`);
  for (const { pointer, condition } of expect.json) {
    const got = pointerGet(parsed.value, pointer);
    if (got.kind === "missing") return bad(`the answer has no ${pointer}, want ${describe(condition)}`);
    if (!meets(condition, got.value)) return bad(`${pointer} is ${shown(got.value)}, want ${describe(condition)}`);
  }
  return undefined;
};

const judgeBody = ({ expect }: HttpCheck, answer: Answer): Seen | undefined =>
  expect.body === null || new RegExp(expect.body, "u").test(answer.body)
    ? undefined
    : bad(`the body does not match ${quote(expect.body)}: ${quote(answer.body, 60)}`);

const judgeLatency = ({ expect }: HttpCheck, { elapsedMs }: Answer): Seen | undefined => {
  const { latency } = expect;
  if (latency === null || elapsedMs < latency.ms || (latency.op === "<=" && elapsedMs <= latency.ms)) return undefined;
  return bad(`answered in ${Math.round(elapsedMs)} ms, want ${latency.op} ${latency.ms} ms`);
};

const judge = (check: HttpCheck, answer: HttpAnswer): Seen => {
  if (answer.kind === "failed") return isOurFault(answer.code) ? unknown(answer.why) : bad(answer.why);
  return (
    judgeStatus(check, answer) ??
    judgeJson(check, answer) ??
    judgeBody(check, answer) ??
    judgeLatency(check, answer) ?? { kind: "ok", evidence: `${answer.status} in ${Math.round(answer.elapsedMs)} ms` }
  );
};

/** One GET or HEAD, judged by status, JSON, body and time. A redirect is an answer like any other. Source: RFC 9110, RFC 6901. */
export const httpProbe: Probe<"http"> = {
  kind: "http",
  look: async (check, context) => {
    const { name, http } = check;
    const answer = await askOnce({ name, ask: http, method: http.method, maxBodyBytes }, context);
    if (answer.kind === "unknown") return answer;
    return judge(check, answer);
  },
  deadlineMs: ({ http }) => http.timeoutMs + 2000,
};
