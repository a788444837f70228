import * as v from "valibot";
import type { CheckCommon, Severity } from "../config.ts";
import { type Block, choice, duration, list, maybe, whole, withDefault } from "./blocks.ts";
import { name, user } from "./names.ts";

const dayMs = 86_400_000;

type Defaulted<Output> = v.OptionalSchema<Block<Output>, NonNullable<unknown>>;
type Left<Output> = v.OptionalSchema<Block<Output>, undefined>;

/** Keys that every check takes. */
export interface CommonEntries {
  readonly red_after: Defaulted<number>;
  readonly needs: Defaulted<string[]>;
  readonly grace: Defaulted<number>;
  readonly severity: Defaulted<Severity>;
  readonly card: Left<string>;
  readonly as: Left<string>;
}

/** The user that a check looks as; never root. */
export const lookUser = (): Block<string> =>
  v.pipe(
    user(),
    v.check((given) => given !== "root", '"as: root" is refused: dogwatch never looks as root'),
    v.metadata({ "x-type": "text" }),
  );

/** The keys that every check takes; the network's kinds are red after 2 bad ticks in a row, since one lost packet is no outage. */
export const commonEntries = (redAfter: number, severity: Severity = "red"): CommonEntries => ({
  red_after: withDefault(
    whole(1, 1000),
    redAfter,
    "Bad ticks in a row until the check is red; before that it is amber.",
    3,
  ),
  needs: withDefault(
    list(name("the name of a check"), "a list of check names"),
    [],
    "Checks that this one stands on: while one of them is red, this one neither alerts nor heals by itself.",
    ["gateway-process"],
  ),
  grace: withDefault(
    duration(0, 7 * dayMs),
    "0s",
    "After boot, or after the process or unit in `needs` started, bad is amber for so long.",
    "5m",
  ),
  severity: withDefault(
    choice(["red", "amber"]),
    severity,
    "The worst that this check can be. Amber never heals and sends no message: `status` shows it.",
    severity === "red" ? "amber" : "red",
  ),
  card: maybe(
    name("the name of a card"),
    "The card that a person follows: `heal-recipes/cards/NAME.md`.",
    "gateway-down",
  ),
  as: maybe(lookUser(), "Look as this user: another user's units, sockets, files and environ.", "agents"),
});

/** The common part in YAML's names. */
export interface RawCommon {
  readonly red_after: number;
  readonly needs: readonly string[];
  readonly grace: number;
  readonly severity: Severity;
  readonly card?: string | undefined;
  readonly as?: string | undefined;
}

/** The common part in the program's names. */
export const toCommon = (raw: RawCommon): Omit<CheckCommon, "name"> => ({
  redAfter: raw.red_after,
  needs: raw.needs,
  graceMs: raw.grace,
  severity: raw.severity,
  card: raw.card ?? null,
  as: raw.as ?? null,
});
