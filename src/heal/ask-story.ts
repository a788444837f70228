import type { Failure, Host } from "../host/host.ts";
import type { LinePeer } from "../host/peers.ts";
import type { RecentLog } from "./recent-log.ts";
import { type Answer, maxAnswerBytes, parseAnswer, type Request, wireVersion } from "./wire.ts";

/** How long the helper may take to be reached, and to read and verify a log of days, in milliseconds. */
const connectMs = 5000;
const answerMs = 15_000;

const failed = (code: string, why: string): Failure => ({
  kind: "failed",
  code,
  why: `the heal helper gave no log: ${why}`,
});

const ask = async (peer: LinePeer, request: Request): Promise<Answer | Failure> => {
  if (!(await peer.send(JSON.stringify(request)))) return failed("EPIPE", "it hung up");
  const line = await peer.next(answerMs);
  if (line.kind === "late") return failed("TIMEOUT", `no answer in ${answerMs / 1000} s`);
  if (line.kind !== "line") return failed("ECONNRESET", line.kind === "end" ? "it hung up" : "its answer is too long");
  const answer = parseAnswer(line.text);
  if (answer === undefined) return failed("MALFORMED", "its answer is none");
  return answer.is === "refused" || answer.is === "failed" ? failed(answer.code, answer.why) : answer;
};

/**
 * Asks the helper behind `socket` for the heal log, which the watcher can't read: on a connection of its own, when all else is done. `config`: hash of the
 * config that both read; `isReadOnly`: the helper is to keep nothing of it. Never throws.
 */
export const askStory = async (
  host: Host,
  socket: string,
  config: string,
  isReadOnly: boolean,
): Promise<RecentLog | Failure> => {
  const peer = await host.peers.connect(socket, connectMs, maxAnswerBytes);
  if ("kind" in peer) return failed(peer.code, peer.why);
  try {
    const met = await ask(peer, { do: "hello", version: wireVersion, config, dryRun: isReadOnly });
    if ("kind" in met) return met;
    const told = await ask(peer, { do: "story" });
    if ("kind" in told) return told;
    return told.is === "story" ? told.story : failed("MALFORMED", "its answer is another");
  } finally {
    peer.close();
  }
};
