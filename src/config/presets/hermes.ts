import { printDuration } from "../duration.ts";
import type { HermesParams } from "../schema/preset.ts";
import { asOf, graceOf, type Made, named, type Place, processCheck, type Raw, restartOf, unitCheck } from "./preset.ts";

/** The gateway's command line, of any profile: by its unit's Python module or by the program `hermes`, and no shell around them. */
const command = "^\\S*python[0-9.]* (-\\S+ )*(-m hermes_cli\\.main|(?!-)\\S*/hermes) (.* )?gateway run( |$)";

/** Homes of Hermes: that of this gateway, and the one above all profiles, which holds the board. */
const homesOf = (
  params: HermesParams,
  { user }: Place,
): { readonly own: string | undefined; readonly root: string | undefined } => {
  if (params.home !== null) return { own: params.home, root: params.home.replace(/\/profiles\/[^/]+$/u, "") };
  if (user === undefined) return { own: undefined, root: undefined };
  const root = `${user.home}/.hermes`;
  return { own: params.profile === null ? root : `${root}/profiles/${params.profile}`, root };
};

/** Its state file says `running` after a kill, so only what it writes again and again is judged. */
const heartbeatOf = (kind: HermesParams["heartbeat"], home: string): Raw | undefined => {
  switch (kind) {
    case "ticker":
      return { file: `${home}/cron/ticker_heartbeat`, content: "epoch", max_age: "5m" };
    case "gateway":
      return { file: `${home}/state/gateway.heartbeat`, max_age: "2m" };
    case "off":
      return undefined;
  }
};

/** What no restart mends: in a check of its own, since a heal is proved by its checks being well. */
const tells = ["re-blocked", "gave-up", "double-spawn", "ghost", "backlog"] as const;

/**
 * The checks of a Hermes gateway and its board. What a restart mends stands in its rule; what a person must decide (re-blocked jobs, double
 * spawns, workers with a chat's token) only tells. Pure. Source: docs/gateways.md.
 */
export const hermesChecks = (params: HermesParams, place: Place): Made => {
  const { prefix } = place;
  const [unit, process] = [`${prefix}-unit`, `${prefix}-process`];
  const later: Raw = { needs: [unit, process], ...graceOf(params) };
  const user: Raw = place.user === undefined ? {} : { user: place.user.name };
  const { own, root } = homesOf(params, place);
  const board = params.board ?? (root === undefined ? false : `${root}/kanban.db`);
  const heartbeat = own === undefined ? undefined : heartbeatOf(params.heartbeat, own);
  const health = (port: number | null, json: Raw): Raw | undefined =>
    port === null
      ? undefined
      : {
          http: { url: `http://127.0.0.1:${port}/health`, timeout: "5s" },
          expect: { status: 200, json },
          red_after: 2,
          ...later,
        };
  const queue = (findings: readonly string[], rest: Raw): Raw | undefined =>
    board === false ? undefined : { queue: { hermes: board }, ...asOf(params), findings, ...rest };
  const checks = named(prefix, {
    unit: unitCheck(params, place),
    process: processCheck(params, place, command, own === undefined ? undefined : `${own}/gateway.lock`),
    heartbeat:
      heartbeat === undefined
        ? undefined
        : { heartbeat, ...asOf(params), red_after: 2, ...later, card: "gateway-down" },
    health: health(params.api, { "/status": "ok", "/platform": "hermes-agent" }),
    webhook: health(params.webhook, { "/status": "ok", "/platform": "webhook" }),
    board: queue(["stuck", "stale-claim"], {
      stuck_after: printDuration(params.stuckAfterMs),
      needs: [unit, process],
      ...graceOf(params),
    }),
    jobs: queue(tells, {}),
    workers:
      place.user === undefined || board === false
        ? undefined
        : {
            process: { command: "kanban task t_", ...user },
            ...asOf(params),
            count: ">= 0",
            forbid_env: ["*_BOT_TOKEN"],
          },
  });
  // Without a lock that tells who the gateway is, one that goes by another name would be taken for dead.
  const healed = ["unit", ...(own === undefined ? [] : ["process"]), "heartbeat", "health", "webhook", "board"];
  return {
    checks,
    heals: healed.map((part) => `${prefix}-${part}`).filter((name) => checks[name] !== undefined),
    with: restartOf(params, place),
    warning:
      place.user === undefined
        ? `nobody knows whose it is, so ${own === undefined ? "its heartbeat, its board and " : ""}its workers are not looked at: add as`
        : undefined,
  };
};
