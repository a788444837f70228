import * as v from "valibot";
import {
  type Block,
  choice,
  duration,
  flag,
  list,
  maybe,
  need,
  shown,
  text,
  whole,
  withDefault,
} from "../config/schema/blocks.ts";
import { mapOf, shape } from "../config/schema/shape.ts";
import { runnerFault } from "./runner.ts";

/** A recipe file as YAML gives it, defaults filled in, durations in milliseconds. */
export interface RecipeFile {
  readonly recipe: string;
  readonly treats: string;
  readonly params: Readonly<Record<string, ParamFile>>;
  readonly backup: readonly string[];
  readonly restore_kept?: string | undefined;
  readonly remove_stale_lock?: string | undefined;
  readonly steps: readonly (readonly string[])[];
  readonly timeout: number;
  readonly proof: { readonly within: number; readonly every: number };
  readonly cooldown: number;
  readonly budget: { readonly count: number; readonly perMs: number };
  readonly refuse_when: { readonly exit_status: readonly number[]; readonly evidence: readonly string[] };
  readonly card?: string | undefined;
}

interface ParamFile {
  readonly type: "unit" | "scope" | "user" | "owner" | "path" | "name" | "integer" | "choice";
  readonly required: boolean;
  readonly default?: string | undefined;
  readonly choices?: readonly string[] | undefined;
}

const hour = 3_600_000;
const day = 24 * hour;
const maxSteps = 8;
const maxBackups = 8;
/** Two looks must fit into what one tick may watch. */
const maxEveryMs = 30_000;

const placeholder = /^\{[\w-]+\}$/u;

/** A file that a recipe touches: as it is, or a parameter's whole value. */
const file: Block<string> = text(
  'an absolute path without "..", or a whole placeholder such as "{file}"',
  /^(?:\/(?!(?:.*\/)?\.\.(?:\/|$))[^\p{Cc}{}]+|\{[\w-]+\})$/u,
);

/** A step as it stands in a file, for faults. */
const exampleStep: readonly string[] = ["/usr/bin/systemctl", "restart", "{unit}"];

const stepFault = (step: readonly string[]): string | undefined => {
  const [program = ""] = step;
  if (!program.startsWith("/"))
    return `step is not an absolute path: expected the program's whole path, such as /usr/bin/systemctl`;
  const runner = runnerFault(step);
  if (runner !== undefined) return runner;
  const partial = step.find((word) => /\{\s*[\w-]+\s*\}/u.test(word) && !placeholder.test(word));
  return partial === undefined ? undefined : `a placeholder is a whole value: "${partial}" mixes one with text`;
};

const step: Block<string[]> = v.pipe(
  v.unknown(),
  v.rawCheck(({ dataset, addIssue }) => {
    if (typeof dataset.value === "string")
      addIssue({
        message: 'a step is a list of words, not a shell string: write [/usr/bin/systemctl, restart, "{unit}"]',
      });
  }),
  v.array(text("a word of the command"), "a step is a list of words: [/usr/bin/program, argument]"),
  v.minLength(1, "a step has no program"),
  v.rawCheck(({ dataset, addIssue }) => {
    const fault = dataset.typed && dataset.value.length > 0 ? stepFault(dataset.value) : undefined;
    if (fault !== undefined) addIssue({ message: fault });
  }),
);

const budget: Block<{ count: number; perMs: number }> = v.pipe(
  text('a budget such as "3 per 1h"', /^[1-9]\d{0,2} per [1-9]\d{0,3}[smhd]$/u),
  v.transform((words) => {
    const [count = "", per = ""] = words.split(" per ");
    const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: hour, d: day };
    return { count: Number(count), perMs: Number(per.slice(0, -1)) * (unitMs[per.slice(-1)] ?? 0) };
  }),
);

const paramShape: Block<ParamFile> = shape(
  { what: "a map of type, required, default" },
  {
    type: need(
      choice(["unit", "scope", "user", "owner", "path", "name", "integer", "choice"]),
      "What its value must look like.",
      "unit",
    ),
    required: withDefault(flag(), false, "Whether a rule must give it.", true),
    default: maybe(
      v.union(
        [text("a text"), v.pipe(v.number(), v.transform(String))],
        ({ input }) => `expected a text or a number, got ${shown(input)}`,
      ),
      "Its value when a rule gives none.",
      "system",
    ),
    choices: maybe(list(text("a word"), "a list of words", 1), "The words of a choice.", ["soft", "hard"]),
  },
);

const param: Block<ParamFile> = v.pipe(
  paramShape,
  v.check(
    ({ type, choices }) => (type === "choice") === (choices !== undefined),
    "a parameter of type choice needs choices, and no other has any",
  ),
);

const nameForm = {
  form: /^[a-z][\w-]{0,40}$/u,
  fault: (key: string) => `"${key}" is no parameter name: letters, digits, - and _`,
};

/** The shape of a recipe file: the one place for it. Source: docs/recipes.md. */
export const recipeSchema: Block<RecipeFile> = shape(
  { what: "a map of recipe, treats, params, steps, proof, cooldown, budget" },
  {
    recipe: need(
      text("the recipe's name", /^[a-z0-9][a-z0-9-]{0,62}$/u),
      "Its name, the same as the file's.",
      "restart-unit",
    ),
    treats: need(text("a sentence"), "What it is for, in words.", "a systemd unit that is dead"),
    params: withDefault(mapOf("a map of parameters", nameForm, param), {}, "What a rule gives it in with."),
    backup: withDefault(
      v.pipe(
        list(file, "a list of paths"),
        v.maxLength(maxBackups, ({ input }) => `expected at most ${maxBackups} files, got ${input.length}`),
      ),
      [],
      "Files that are copied before, and put back when the proof fails.",
      ["{file}"],
    ),
    restore_kept: maybe(file, "Before the steps: put the copy back that last ran green.", "{file}"),
    remove_stale_lock: maybe(file, "Before the steps: remove this lock file if its process is dead.", "{lock}"),
    steps: need(
      v.pipe(
        v.array(step, ({ input }) => `expected a list of steps, got ${shown(input)}`),
        v.minLength(1, "expected a list of steps, got an empty list"),
        v.maxLength(maxSteps, ({ input }) => `expected at most ${maxSteps} steps, got ${input.length}`),
      ),
      "Commands, one after the other; the first that fails ends it.",
      [exampleStep],
    ),
    timeout: withDefault(duration(1000, 60_000), "30s", "Time for all steps together."),
    proof: need(
      shape(
        { what: "a map of within and every" },
        {
          within: need(duration(1000, hour), "How long the sick checks may take to be well.", "5m"),
          every: withDefault(duration(100, maxEveryMs), "2s", "How often they are looked at."),
        },
      ),
      "How it is proved.",
      { within: "5m" },
    ),
    cooldown: withDefault(duration(0, 7 * day), "15m", "Rest after the end of an attempt."),
    budget: withDefault(budget, "3 per 1h", "Attempts over all incidents; then the rule only alerts."),
    refuse_when: withDefault(
      shape(
        { what: "a map of exit_status and evidence" },
        {
          exit_status: withDefault(
            list(whole(0, 255), "a list of exit statuses"),
            [],
            "Exit statuses of the unit that it is no cure for.",
            [78],
          ),
          evidence: withDefault(
            list(text("a word"), "a list of words"),
            [],
            "Words in the reading that it is no cure for.",
            ["conflict"],
          ),
        },
      ),
      {},
      "When it is refused.",
    ),
    card: maybe(text("a card's name", /^[a-z0-9][a-z0-9-]{0,62}$/u), "What a person does next.", "unit-down"),
  },
);
