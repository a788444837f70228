import type { Failure, Host } from "../host/host.ts";
import { type Verified, verifyAll } from "./verify.ts";

/** What is known of the heal log's chain. `head`: sequence and whole hash, as `log verify` prints it. Times: RFC 3339 UTC. */
export type LogCheck =
  | {
      readonly kind: "whole";
      readonly lines: number;
      readonly head: string;
      readonly checkedAt: string;
      readonly notes: readonly string[];
    }
  | { readonly kind: "faulty"; readonly what: string; readonly checkedAt: string }
  | { readonly kind: "none" }
  /** It can't be read from here, or nobody has checked it yet; `head` as its writer left it. */
  | { readonly kind: "unchecked"; readonly why: string; readonly head: string | null };

const checkOf = (verified: Verified, at: string): LogCheck | Failure => {
  switch (verified.kind) {
    case "whole": {
      const { lines, head, notes } = verified;
      return { kind: "whole", lines, head: `${head.seq}:${head.sha256}`, checkedAt: at, notes };
    }
    case "faulty": {
      const { what, file, line, offset } = verified.fault;
      return { kind: "faulty", what: `${what} (${file}: line ${line}, byte ${offset})`, checkedAt: at };
    }
    case "too-old":
      return { kind: "unchecked", why: "its first lines are gone", head: null };
    case "unreadable":
      return verified.failure;
  }
};

/** Verifies the whole log now, all its files. `at`: RFC 3339 UTC, the present. A failure where it can't be read. Never throws. */
export const checkLog = async (host: Host, logFile: string, at: string): Promise<LogCheck | Failure> => {
  const all = await verifyAll(host, logFile);
  return all === undefined ? { kind: "none" } : checkOf(all.verified, at);
};
