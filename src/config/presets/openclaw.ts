import type { OpenclawParams } from "../schema/preset.ts";
import { openclawState } from "./places.ts";
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

/**
 * Started by `openclaw gateway run` the gateway soon calls itself just this; started by the unit that `openclaw gateway install` writes it keeps
 * its command line. Its other commands (`gateway status`) are passed over.
 */
const command =
  "^openclaw-gateway\\s*$|^(\\S*/)?(node|bun)( \\S+)* \\S*/openclaw(\\.mjs|/dist/(index|entry)\\.m?js)? gateway( run)?( -[^]*|\\s*)$";

/**
 * The checks of an OpenClaw gateway. Its answers are held against their JSON, since an unknown path answers 200 with a page;
 * `eventLoop.degraded` is true at every start and is never judged; `/readyz` and boots only tell. Pure.
 * Source: docs/gateways.md.
 */
export const openclawChecks = (params: OpenclawParams, place: Place): Made => {
  const { prefix } = place;
  const [unit, process, healthz] = [`${prefix}-unit`, `${prefix}-process`, `${prefix}-healthz`];
  const home = homeOf(params, place);
  const uid = place.user?.uid;
  const lock = home === undefined || uid === undefined ? undefined : `${home}/tmp/openclaw-${uid}/gateway.*.lock`;
  const answer = (path: string, json: Raw, needs: readonly string[]): Raw => ({
    http: { url: `${params.url}${path}`, timeout: "5s" },
    expect: { status: 200, json },
    red_after: 2,
    needs,
    ...graceOf(params),
  });
  return {
    checks: named(prefix, {
      unit: unitCheck(params, place),
      process: processCheck(params, place, command, lock),
      healthz: answer("/healthz", { "/status": "live" }, [unit, process]),
      readyz: answer("/readyz", { "/ready": true }, [unit, process, healthz]),
      boots:
        home === undefined
          ? undefined
          : {
              queue: { openclaw: openclawState(home) },
              ...asOf(params),
              findings: ["crash-loop"],
              needs: [unit],
            },
    }),
    // Without a lock that tells who the gateway is, one that goes by another name would be taken for dead.
    heals: lock === undefined ? [unit, healthz] : [unit, process, healthz],
    with: restartOf(params, place),
    warning:
      home === undefined
        ? "nobody knows where its state is, so its boots are not looked at: add as or home"
        : undefined,
  };
};
