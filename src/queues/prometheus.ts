import { parseSelector } from "../config/selector.ts";
import { quote } from "../probes/evidence.ts";
import type { ProbeContext } from "../probes/probe.ts";
import { answerOf } from "./answer.ts";
import { parseExposition } from "./exposition.ts";
import type { Sample } from "./exposition-scan.ts";
import { type AskedSource, type Numbers, readingOf } from "./fields.ts";
import type { QueueLook } from "./reading.ts";
import { valuesOf } from "./selector.ts";

/** The older format first: what is in doubt in it is read, and OpenMetrics is refused as a whole by one odd line. */
const accept = "text/plain;version=0.0.4, application/openmetrics-text;version=1.0.0;q=0.5, */*;q=0.1";

/** The answer's end is told, and an answer that ends before it never comes this far. Source: RFC 9112, 6.3. */
const isFramed = (headers: Readonly<Record<string, string>>): boolean =>
  headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;

const maxMiB = 10;

const metricsOf = ({ fields }: AskedSource): ReadonlySet<string> =>
  new Set(
    Object.values(fields).flatMap((given) => {
      const parsed = typeof given === "string" ? parseSelector(given) : undefined;
      return parsed?.kind === "selector" ? [parsed.selector.metric] : [];
    }),
  );

const numbersOf = (samples: readonly Sample[], text: string): Numbers => {
  const parsed = parseSelector(text);
  if (parsed.kind === "fault") return { kind: "wrong", why: parsed.why };
  const values = valuesOf(samples, parsed.selector);
  return values.length === 0 ? { kind: "wrong", why: `no series matches ${text}` } : { kind: "numbers", values };
};

/** A fault that names something of the answer stands in quotes as a whole: there, a name may hold whatever it likes. */
const wordsOf = (why: string): string => (why.includes('"') ? quote(why, 120) : why);

/**
 * A queue's numbers out of what a program exposes for Prometheus, each summed over the series that its selector means. `name`: the check's.
 * Never throws.
 */
export const readPrometheus = async (name: string, source: AskedSource, context: ProbeContext): Promise<QueueLook> => {
  const answer = await answerOf(name, source, { accept, maxMiB }, context);
  if (answer.kind === "unknown") return answer;
  const exposition = parseExposition(answer.body, {
    contentType: answer.headers["content-type"] ?? "",
    isMalformed: answer.isMalformed === true,
    isWhole: isFramed(answer.headers),
    names: metricsOf(source),
  });
  if (exposition.kind === "fault")
    return {
      kind: "unknown",
      why: `the answer is not Prometheus text: line ${exposition.line}: ${wordsOf(exposition.why)}`,
    };
  return readingOf(source, (text) => numbersOf(exposition.samples, text), context.host.clock.nowMs() / 1000);
};
