import type { Cli, Flags } from "../../src/cli/cli.ts";
import { findPaths } from "../../src/cli/paths.ts";
import { emptyState, type State } from "../../src/state/state.ts";
import { checkState } from "../checks.ts";
import type { FakeHost } from "../fake-host.ts";

/** A command line without flags; say what differs. */
export const cliOf = (host: FakeHost, flags: Partial<Flags> = {}): Cli => ({
  host,
  paths: findPaths(host, {}),
  words: [],
  flags: {
    isJson: false,
    isDryRun: false,
    hasExitCode: false,
    isStepped: false,
    forText: undefined,
    reason: undefined,
    logLevel: "info",
    logFormat: "text",
    ...flags,
  },
});

/** The state that a tick left four minutes ago; say what differs. */
export const stateOf = ({ clock }: FakeHost, more: Partial<State> = {}): State => ({
  ...emptyState,
  tick: 12,
  at: new Date(clock.nowMs() - 240_000).toISOString(),
  moment: { bootId: clock.bootId(), uptimeS: clock.uptimeS() - 240 },
  checks: { gateway: checkState({ evidence: "200 in 5 ms" }) },
  ...more,
});
