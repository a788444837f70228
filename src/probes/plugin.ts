import type { PluginCheck } from "../config/config.ts";
import { formatDuration } from "../config/duration.ts";
import type { Ran } from "../host/host.ts";
import { cleanEvidence, quote } from "./evidence.ts";
import { createGate } from "./gate.ts";
import type { Probe, Seen } from "./probe.ts";

/** The first line is all that counts, and a kilobyte of it is more than a person reads. */
const maxOutputBytes = 8192;
const maxShown = 220;

/** Each is a process or several, so few run at once; the rest wait for their turn. */
const turn = createGate(8);

/** No plugin begins with less time than this left in its round, in milliseconds. */
const leastMs = 100;

/** The first line with something on it: text, and perfdata behind a bar. Source: Monitoring Plugins Development Guidelines, "Plugin Output". */
const firstLine = (output: string): { readonly text: string; readonly perfdata: string } => {
  const line = output.split(/\r?\n/u).find((each) => cleanEvidence(each) !== "") ?? "";
  const bar = line.indexOf("|");
  return bar < 0
    ? { text: cleanEvidence(line), perfdata: "" }
    : { text: cleanEvidence(line.slice(0, bar)), perfdata: cleanEvidence(line.slice(bar + 1)) };
};

/** What it said, in quotes: its first line without perfdata; else the perfdata; else what it complained of. Pure. */
const saidBy = (stdout: string, stderr: string): string => {
  const { text, perfdata } = firstLine(stdout);
  if (text !== "") return quote(text, maxShown);
  if (perfdata !== "") return quote(`| ${perfdata}`, maxShown);
  const complaint = firstLine(stderr);
  const told = complaint.text || complaint.perfdata;
  return told === "" ? "it printed nothing" : `it printed nothing but, on stderr, ${quote(told, maxShown)}`;
};

const unknown = (evidence: string): Seen => ({ kind: "unknown", evidence });

const judgeStatus = (status: number, said: string): Seen => {
  switch (status) {
    case 0:
      return { kind: "ok", evidence: `OK: ${said}` };
    case 1:
      return { kind: "bad", isAdvisory: true, evidence: `WARNING: ${said}` };
    case 2:
      return { kind: "bad", evidence: `CRITICAL: ${said}` };
    case 3:
      return unknown(`UNKNOWN: ${said}`);
    default:
      return unknown(`ended with ${status}, which the protocol doesn't have (0 to 3): ${said}`);
  }
};

/**
 * Judges how a plugin ended. A WARNING is advisory: never more than amber. Whatever is outside the protocol measured nothing. Pure.
 * Source: Monitoring Plugins Development Guidelines, "Plugin Return Codes".
 */
export const judgePlugin = (ran: Ran, { command, timeoutMs }: PluginCheck["plugin"]): Seen => {
  switch (ran.kind) {
    case "failed":
      return unknown(`cannot run "${command[0] ?? ""}": ${ran.why}`);
    case "timed-out":
      return unknown(
        `did not end within ${formatDuration(timeoutMs)} and was killed: ${saidBy(ran.stdout, ran.stderr)}`,
      );
    case "signalled":
      return unknown(`was ended by ${ran.signal}: ${saidBy(ran.stdout, ran.stderr)}`);
    case "exited":
      return judgeStatus(ran.status, saidBy(ran.stdout, ran.stderr));
  }
};

/** Somebody else's program by the monitoring-plugins protocol: no shell, an environment of its own, killed with its whole group at its deadline. */
export const pluginProbe: Probe<"plugin"> = {
  kind: "plugin",
  look: async ({ plugin }, { host, maxMs }) => {
    const startedMs = host.clock.monotonicMs();
    return await turn(async () => {
      const leftMs = maxMs - (host.clock.monotonicMs() - startedMs);
      if (leftMs < leastMs) return unknown("no time was left to run it: other plugins took it all");
      const timeoutMs = Math.min(plugin.timeoutMs, leftMs);
      const ran = await host.exec.run({ argv: plugin.command, timeoutMs, maxOutputBytes });
      return judgePlugin(ran, { ...plugin, timeoutMs });
    });
  },
  // Its own deadline begins when its turn comes; a round ends all of them.
  deadlineMs: () => 60_000,
};
