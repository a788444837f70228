import type { Chat } from "./alert/platforms/index.ts";
import type { Config, SecretRef } from "./config/config.ts";
import type { Secret } from "./config/secret.ts";
import type { Helper } from "./heal/helper.ts";
import type { Keepable } from "./heal/keep.ts";
import type { Host } from "./host/host.ts";
import type { RunLog } from "./host/run-log.ts";
import type { LookElsewhere } from "./looks.ts";
import type { Paths } from "./paths.ts";
import type { Progress } from "./progress.ts";
import type { Moment } from "./state/state.ts";
import { momentOf } from "./state/state.ts";

/** Everything that one tick works with. */
export interface Run {
  readonly host: Host;
  readonly config: Config;
  readonly configSha256: string;
  /** Files that the rules' recipes may put back. */
  readonly keepables: readonly Keepable[];
  readonly paths: Paths;
  readonly log: RunLog;
  /** Loads the chat; only a tick that has something to say does. */
  readonly openChat: () => Promise<Chat>;
  readonly secret: (ref: SecretRef) => Secret;
  /** Whoever changes things and writes the log: ourselves, or root's side of the wall. */
  readonly helper: Helper;
  /** Why the units' IP filter may keep us from an address of the config; undefined where it doesn't, or there is none. */
  readonly filterFault: () => string | undefined;
  /** Looks at checks that another user has to look at. */
  readonly elsewhere: LookElsewhere;
  readonly isDryRun: boolean;
  /** A person at a terminal who watches this run. */
  readonly progress?: Progress | undefined;
  /** Milliseconds on the monotonic clock. */
  readonly startedMs: number;
}

/** Milliseconds that a tick may take in all; below the unit's TimeoutStartSec=180. */
export const tickDeadlineMs = 150_000;

/** The present moment, wall time to show and uptime to measure. */
export const nowOf = ({ host }: Run): { readonly at: string; readonly moment: Moment } => ({
  at: new Date(host.clock.nowMs()).toISOString(),
  moment: momentOf(host),
});

/** Milliseconds since the tick began. */
export const spentMs = ({ host, startedMs }: Run): number => host.clock.monotonicMs() - startedMs;
