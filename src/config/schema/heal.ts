import * as v from "valibot";
import type { Config, Rule } from "../config.ts";
import { type Block, choice, flag, list, maybe, need, shown, text, withDefault } from "./blocks.ts";
import { name } from "./names.ts";
import { mapOf, shape } from "./shape.ts";

const parameter: Block<string | number> = v.pipe(
  v.custom<string | number>(
    (given) => (typeof given === "string" && /^[^\p{Cc}]{1,4096}$/u.test(given)) || Number.isSafeInteger(given),
    ({ input }) => `expected text or a whole number, got ${shown(input)}`,
  ),
  v.metadata({ type: ["string", "integer"] }),
);

type Unplaced = Omit<Rule, "id">;

const rule: Block<Unplaced> = v.pipe(
  shape(
    { what: "a rule, such as { on: [gateway], recipe: restart-unit }" },
    {
      on: need(list(name("the name of a check"), "a list of check names", 1), "Checks whose red this rule heals.", [
        "gateway",
      ]),
      recipe: need(
        text('the name of a recipe, such as "restart-unit"', /^[a-z0-9][a-z0-9._-]{0,62}$/u),
        "What to do: `heal-recipes/NAME.yaml`, the admin's or a shipped one.",
        "restart-unit",
      ),
      with: withDefault(
        mapOf(
          "a map of the recipe's parameters",
          {
            form: /^[A-Za-z][A-Za-z0-9_-]{0,62}$/u,
            fault: (key) => `expected the name of a parameter, got ${JSON.stringify(key.slice(0, 60))}`,
          },
          parameter,
        ),
        {},
        "The recipe's parameters.",
        { unit: "gateway.service" },
      ),
      sha256: maybe(
        text("64 hexadecimal digits", /^[0-9A-Fa-f]{64}$/u),
        "Pin of the recipe's file: with another content it is refused.",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      ),
      heal_clean_exit: withDefault(
        flag(),
        false,
        "Heal also when the unit ended by itself without an error and it can't be told whether somebody stopped it.",
        true,
      ),
    },
  ),
  v.transform((raw) => ({
    on: raw.on,
    recipe: raw.recipe,
    with: raw.with,
    sha256: raw.sha256?.toLowerCase() ?? null,
    healCleanExit: raw.heal_clean_exit,
  })),
);

/**
 * Names each rule after its recipe and what it is given, so that latch, cooldown and budget stay with it when the list changes:
 * `restart-unit:gateway.service`; a second one of that name gets `#2`.
 */
const withIds = <Each extends { readonly recipe: string; readonly with: Readonly<Record<string, string | number>> }>(
  rules: readonly Each[],
): (Each & { readonly id: string })[] => {
  const counts = new Map<string, number>();
  return rules.map((each) => {
    const name = [each.recipe, ...Object.values(each.with)].join(":");
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return { id: count === 1 ? name : `${name}#${count}`, ...each };
  });
};

/** `heal`: the mode and the whitelist; a rule's id is its place from 1 and its recipe. */
export const heal: Block<Config["heal"]> = shape(
  { what: "a map with mode and rules" },
  {
    mode: withDefault(
      choice(["observe", "apply"]),
      "observe",
      "observe: plan and tell, change nothing. apply: heal.",
      "apply",
    ),
    rules: withDefault(
      v.pipe(list(rule, "a list of rules"), v.transform(withIds)),
      [],
      "The whitelist. The first rule that fits wins: one of its checks is red, and its recipe is not refused.",
      [{ on: ["gateway"], recipe: "restart-unit", with: { unit: "gateway.service" } }],
    ),
  },
);
