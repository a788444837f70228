import type { QueueFinding } from "../config.ts";
import { printDuration } from "../duration.ts";
import { healableFindings } from "../queue-words.ts";
import type { HermesParams } from "../schema/preset.ts";
import { hermesFiles } from "./places.ts";
import {
  asOf,
  graceOf,
  homeOf,
  type Made,
  named,
  type Place,
  processCheck,
  type Raw,
  restartOf,
  unitCheck,
} from "./preset.ts";

/** The gateway's command line, of any profile: by its unit's Python module or by the program `hermes`, and no shell around them. */
const command = "^\\S*python[0-9.]* (-\\S+ )*(-m hermes_cli\\.main|(?!-)\\S*/hermes) (.* )?gateway run( |$)";

/** Its state file says `running` after a kill, so only what it writes again and again is judged. */
const signOf = (kind: HermesParams["heartbeat"], home: string): Raw | undefined => {
  const { ticker, heartbeat } = hermesFiles(home);
  switch (kind) {
    case "ticker":
      return { file: ticker, content: "epoch", max_age: "5m" };
    case "gateway":
      return { file: heartbeat, max_age: "2m" };
    case "off":
      return undefined;
  }
};

const heartbeatCheck = (params: HermesParams, home: string | undefined, later: Raw): Raw | undefined => {
  const heartbeat = home === undefined ? undefined : signOf(params.heartbeat, home);
  return heartbeat === undefined
    ? undefined
    : { heartbeat, ...asOf(params), red_after: 2, ...later, card: "gateway-down" };
};

const healthCheck = (port: number | null, json: Raw, later: Raw): Raw | undefined =>
  port === null
    ? undefined
    : {
        http: { url: `http://127.0.0.1:${port}/health`, timeout: "5s" },
        expect: { status: 200, json },
        red_after: 2,
        ...later,
      };

/** What no restart mends: in a check of its own, since a heal is proved by its checks being well. */
const tells: readonly QueueFinding[] = ["re-blocked", "gave-up", "double-spawn", "ghost", "backlog"];

/** The checks of the board, and of the workers that its dispatcher spawns. */
const boardChecks = (params: HermesParams, { user }: Place, board: string, later: Raw) => ({
  board: {
    queue: { hermes: board },
    ...asOf(params),
    findings: healableFindings,
    stuck_after: printDuration(params.stuckAfterMs),
    ...later,
  },
  jobs: { queue: { hermes: board }, ...asOf(params), findings: tells },
  workers:
    user === undefined
      ? undefined
      : {
          process: { command: "kanban task t_", user: user.name },
          ...asOf(params),
          count: ">= 0",
          forbid_env: ["*_BOT_TOKEN"],
        },
});

/**
 * The checks of a Hermes gateway and its board. What a restart mends stands in its rule; what a person must decide (re-blocked jobs, double
 * spawns, workers with a chat's token) only tells. Pure. Source: docs/gateways.md.
 */
export const hermesChecks = (params: HermesParams, place: Place): Made => {
  const { prefix } = place;
  const later: Raw = { needs: [`${prefix}-unit`, `${prefix}-process`], ...graceOf(params) };
  const home = homeOf(params, place);
  const board = params.board ?? (home === undefined ? false : hermesFiles(home).board);
  const checks = named(prefix, {
    unit: unitCheck(params, place),
    process: processCheck(params, place, command, home === undefined ? undefined : `${home}/gateway.lock`),
    heartbeat: heartbeatCheck(params, home, later),
    health: healthCheck(params.api, { "/status": "ok", "/platform": "hermes-agent" }, later),
    webhook: healthCheck(params.webhook, { "/status": "ok", "/platform": "webhook" }, later),
    ...(board === false ? {} : boardChecks(params, place, board, later)),
  });
  // Without a lock that tells who the gateway is, one that goes by another name would be taken for dead.
  const healed = ["unit", ...(home === undefined ? [] : ["process"]), "heartbeat", "health", "webhook", "board"];
  return {
    checks,
    heals: healed.map((part) => `${prefix}-${part}`).filter((name) => checks[name] !== undefined),
    with: restartOf(params, place),
    warning:
      place.user === undefined
        ? `nobody knows whose it is, so ${home === undefined ? "its heartbeat, its board and " : ""}its workers are not looked at: add as`
        : undefined,
  };
};
