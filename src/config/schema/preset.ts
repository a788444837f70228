import * as v from "valibot";
import { baseAddress } from "./address.ts";
import { type Block, choice, duration, flag, list, maybe, path, refusing, text, whole, withDefault } from "./blocks.ts";
import { lookUser } from "./common.ts";
import { unitName } from "./names.ts";
import { type About, picked, shape } from "./shape.ts";

const dayMs = 86_400_000;

/** The gateways that dogwatch knows by name. */
const presetNames = ["openclaw", "hermes"] as const;
/** The name of a preset. */
export type PresetName = (typeof presetNames)[number];

/** What every preset can be told; null: its default. */
export interface PresetParams {
  /** Whose gateway it is. */
  readonly as: string | null;
  readonly scope: "system" | "user" | null;
  readonly unit: string | null;
  readonly profile: string | null;
  /** The folder of its state. */
  readonly home: string | null;
  readonly graceMs: number;
  /** Whether it brings its rule. */
  readonly isHealed: boolean;
}

/** A preset of OpenClaw's gateway. `url`: its base address. */
export interface OpenclawParams extends PresetParams {
  readonly preset: "openclaw";
  readonly url: string;
}

/** A preset of Hermes Agent's gateway. `board`: null for its usual place, false for none. `api` and `webhook`: ports of its health answers. */
export interface HermesParams extends PresetParams {
  readonly preset: "hermes";
  readonly heartbeat: "ticker" | "gateway" | "off";
  readonly board: string | false | null;
  readonly stuckAfterMs: number;
  readonly api: number | null;
  readonly webhook: number | null;
}

const inOverride = 'a check beside the preset, such as "NAME-process", where NAME is the preset\'s key';
const about = (elsewhere: About["elsewhere"] = {}): About => ({
  what: "a map with preset",
  elsewhere: {
    red_after: inOverride,
    needs: inOverride,
    expect: inOverride,
    max_restarts: inOverride,
    count: inOverride,
    findings: inOverride,
    ...elsewhere,
  },
});

const port = whole(1, 65_535);

const commonParams = (unit: string, home: string) => ({
  as: maybe(lookUser(), "Whose gateway it is: looked at as that user.", "agents"),
  scope: maybe(
    choice(["system", "user"]),
    "Whose service manager has the unit. Default: user with `as` and in a user's own install, else system.",
    "system",
  ),
  unit: maybe(
    unitName(),
    `The unit. Default: \`${unit}.service\`, with a profile \`${unit}-PROFILE.service\`.`,
    `${unit}.service`,
  ),
  profile: maybe(
    text('the name of a profile, such as "work"', /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/u),
    "The gateway's profile, for a second gateway.",
    "work",
  ),
  home: maybe(path(), `The folder of its state. Default: ${home}.`, "/srv/gateway"),
  grace: withDefault(duration(0, 7 * dayMs), "5m", "After the gateway's start, bad is amber for so long.", "10m"),
  heal: withDefault(flag(), true, "false: it brings no rule, and only tells.", false),
});

interface RawCommon {
  readonly as?: string | undefined;
  readonly scope?: "system" | "user" | undefined;
  readonly unit?: string | undefined;
  readonly profile?: string | undefined;
  readonly home?: string | undefined;
  readonly grace: number;
  readonly heal: boolean;
}

const toParams = (raw: RawCommon): PresetParams => ({
  as: raw.as ?? null,
  scope: raw.scope ?? null,
  unit: raw.unit ?? null,
  profile: raw.profile ?? null,
  home: raw.home?.replace(/(?<=.)\/+$/u, "") ?? null,
  graceMs: raw.grace,
  isHealed: raw.heal,
});

const preset = <const Name extends PresetName>(name: Name, what: string) =>
  v.pipe(choice([name]), v.metadata({ "x-type": name, description: what, examples: [name] }));

const openclaw: Block<OpenclawParams> = v.pipe(
  shape(about({ webhook: 'the preset "hermes"', api: 'the preset "hermes"', board: 'the preset "hermes"' }), {
    preset: preset("openclaw", "The gateway of OpenClaw."),
    ...commonParams(
      "openclaw-gateway",
      "`.openclaw` in the home of `as`, with a profile `.openclaw-PROFILE`; it is OPENCLAW_STATE_DIR",
    ),
    port: maybe(port, "Its port on this host. Default: 18789.", 18_790),
    url: maybe(baseAddress("http://127.0.0.1:18789"), "Its base address, in place of `port`.", "http://10.0.0.5:18789"),
  }),
  refusing(({ port, url }) =>
    port === undefined || url === undefined
      ? undefined
      : { key: "url", message: '"port" and "url" say the same: keep one' },
  ),
  v.transform((raw) => ({
    preset: "openclaw" as const,
    ...toParams(raw),
    url: raw.url ?? `http://127.0.0.1:${raw.port ?? 18_789}`,
  })),
);

const boardPath = path();
const noBoard: Block<false> = v.pipe(
  choice(["off"]),
  v.transform(() => false as const),
);
const board = v.pipe(
  picked<string | false>([boardPath, noBoard], (input) => (input === "off" ? noBoard : boardPath)),
  v.metadata({ "x-type": "absolute path or off" }),
);

const hermes: Block<HermesParams> = v.pipe(
  shape(about({ port: '"api" or "webhook"', url: 'the preset "openclaw"' }), {
    preset: preset("hermes", "The gateway of Hermes Agent, with its board."),
    ...commonParams(
      "hermes-gateway",
      "`.hermes` in the home of `as`, with a profile `.hermes/profiles/PROFILE`; it is HERMES_HOME",
    ),
    heartbeat: withDefault(
      choice(["ticker", "gateway", "off"]),
      "ticker",
      "Its sign of life: `cron/ticker_heartbeat`, at most 5m old, or `state/gateway.heartbeat` of newer versions, at most 2m old.",
      "gateway",
    ),
    board: maybe(
      board,
      "The board, or `off`. Default: `kanban.db` in the home of all profiles.",
      "/home/agents/.hermes/kanban.db",
    ),
    stuck_after: withDefault(duration(1000, 7 * dayMs), "30m", "As in a check of kind `queue`.", "1h"),
    api: maybe(port, "The port of its api_server, once that is enabled: `/health` is looked at.", 8642),
    webhook: maybe(port, "The port of its webhook adapter, once that is enabled: `/health` is looked at.", 8644),
  }),
  v.transform((raw) => ({
    preset: "hermes" as const,
    ...toParams(raw),
    heartbeat: raw.heartbeat,
    board: raw.board ?? null,
    stuckAfterMs: raw.stuck_after,
    api: raw.api ?? null,
    webhook: raw.webhook ?? null,
  })),
);

/** What each preset can be told, in the place of a check. */
export const presets: { readonly openclaw: Block<OpenclawParams>; readonly hermes: Block<HermesParams> } = {
  openclaw,
  hermes,
};

/** The name of a preset; the near miss is named. */
export const presetName: Block<PresetName> = choice(presetNames);
const presetList = list(presetName, "a preset or a list of presets", 1);

/** `preset` at the top level: one name or several. */
export const presetShorthand: Block<PresetName | PresetName[]> = v.pipe(
  picked<PresetName | PresetName[]>([presetName, presetList], (input) =>
    Array.isArray(input) ? presetList : presetName,
  ),
  v.metadata({ "x-type": "preset or list" }),
);
