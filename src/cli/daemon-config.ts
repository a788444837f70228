import { clock } from "../alert/compose.ts";
import { tellingFault } from "../config/fault.ts";
import { readTrusted } from "../config/trust.ts";
import type { Host } from "../host/host.ts";
import { type Loaded, type LoadedConfig, loadKept } from "../load.ts";
import type { Paths } from "../paths.ts";
import { isoNow } from "./cli.ts";

/** The config that a daemon goes by: the one of its start, or of the last SIGHUP that brought a valid one. */
export interface HeldConfig {
  /** For one tick: what the same bytes mean now (users and recipes may have changed), never other bytes. */
  load(): Promise<LoadedConfig>;
  /** Takes the file as it is now, if it is valid; else goes on with what it has. */
  reload(): Promise<Loaded>;
  /** What the file says beside what is gone by, a sentence each; empty where they are the same. */
  notes(): readonly string[];
  /** Why the last SIGHUP brought nothing, as long as that file still stands; undefined where it did. */
  refused(): string | undefined;
}

/** The hash of the file's bytes, or why they may not be used. */
const lookAt = (host: Host, path: string): { readonly sha256: string } | { readonly why: string } => {
  const trusted = readTrusted(host, path);
  return trusted.kind === "faults" ? { why: tellingFault(trusted.faults) } : { sha256: host.sha256(trusted.bytes) };
};

/** Holds a config that was loaded from `paths.config`. Never throws for expected trouble. */
export const holdConfig = (host: Host, paths: Paths, start: LoadedConfig): HeldConfig => {
  let held = start;
  let heldAt = isoNow(host);
  let note: string | undefined;
  let refusal: { readonly of: string; readonly why: string } | undefined;
  const difference = (seen: ReturnType<typeof lookAt>): string | undefined => {
    if ("sha256" in seen && seen.sha256 === held.sha256) return undefined;
    const goesOn = `the one read at ${clock(heldAt, isoNow(host))} goes on`;
    if (refusal !== undefined) return `cannot use the config: ${refusal.why}; ${goesOn}; run: dogwatch validate`;
    if ("why" in seen) return `cannot use the config: ${seen.why}; ${goesOn}`;
    return `the config "${paths.config}" has changed; ${goesOn} until a reload (SIGHUP)`;
  };
  return {
    load: async () => {
      const seen = lookAt(host, paths.config);
      const of = "sha256" in seen ? seen.sha256 : seen.why;
      if (refusal !== undefined && refusal.of !== of) refusal = undefined;
      note = difference(seen);
      if (note !== undefined) return held;
      const now = await loadKept(host, paths, false);
      if (now.kind === "config" && now.sha256 === held.sha256) held = now;
      return held;
    },
    reload: async () => {
      const loaded = await loadKept(host, paths, false);
      const seen = lookAt(host, paths.config);
      if (loaded.kind === "faults") {
        refusal = { of: "sha256" in seen ? seen.sha256 : seen.why, why: tellingFault(loaded.faults) };
        return loaded;
      }
      [held, heldAt, refusal] = [loaded, isoNow(host), undefined];
      return loaded;
    },
    notes: () => (note === undefined ? [] : [note]),
    refused: () => refusal?.why,
  };
};
