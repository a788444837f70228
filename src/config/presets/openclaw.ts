import type { OpenclawParams } from "../schema/preset.ts";
import { asOf, graceOf, type Made, named, type Place, type Raw, restartOf, unitCheck } from "./preset.ts";

/**
 * The gateway rewrites its title to exactly this. With a second one of the same user only the unit tells them apart; else every
 * one counts, so that a second, which fights for the same bot, is seen.
 */
const processCheck = (params: OpenclawParams, place: Place, needs: readonly string[]): Raw => ({
  process: {
    name: "openclaw-gateway",
    ...(place.user === undefined ? {} : { user: place.user }),
    ...(place.isAlone ? {} : { unit: place.unit }),
  },
  ...asOf(params),
  count: 1,
  needs,
  ...graceOf(params),
});

/**
 * The checks of an OpenClaw gateway. Its answers are held against their JSON, since an unknown path answers 200 with a page;
 * `eventLoop.degraded` is true at every start and is never judged; `/readyz` and boots only tell. Pure.
 * Source: docs/gateways.md.
 */
export const openclawChecks = (params: OpenclawParams, place: Place): Made => {
  const { prefix } = place;
  const [unit, process, healthz] = [`${prefix}-unit`, `${prefix}-process`, `${prefix}-healthz`];
  const folder = params.profile === null ? ".openclaw" : `.openclaw-${params.profile}`;
  const home = params.home ?? (place.userHome === undefined ? undefined : `${place.userHome}/${folder}`);
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
      process: processCheck(params, place, [unit]),
      healthz: answer("/healthz", { "/status": "live" }, [unit, process]),
      readyz: answer("/readyz", { "/ready": true }, [unit, process, healthz]),
      boots:
        home === undefined
          ? undefined
          : {
              queue: { openclaw: `${home}/state/openclaw.sqlite` },
              ...asOf(params),
              findings: ["crash-loop"],
              needs: [unit],
            },
    }),
    heals: [unit, process, healthz],
    with: restartOf(params, place),
    warning:
      home === undefined
        ? "nobody knows where its state is, so its boots are not looked at: add as or home"
        : undefined,
  };
};
