import * as v from "valibot";
import { nameForm, nameWords } from "../name-form.ts";
import { quoted } from "../near.ts";
import type { Block } from "./blocks.ts";
import { text } from "./blocks.ts";

/** A name as it stands in `needs`, `on` and `card`. */
export const name = (what: string): Block<string> => text(`${what} (${nameWords})`, nameForm);

/** What every check together is called in silences and windows: a check of that name would have all of them silenced with it. */
const everyCheck = "all";

/** The form of a check's name, and of a preset's. */
export const checkNameForm: RegExp = new RegExp(`(?!^${everyCheck}$)${nameForm.source}`, "u");

/** Why a check, or a preset, can't be called so. Pure. */
export const checkNameFault = (what: "check" | "preset", given: string): string =>
  given === everyCheck
    ? `"${everyCheck}" stands for every check in silences and in "maintenance": pick another name`
    : `the name of a ${what} has ${nameWords}; got ${quoted(given)}`;

/** A user's name; numbers are not taken, as one may be somebody's name. Source: useradd(8). */
export const user = (): Block<string> =>
  text('the name of a user, such as "agents"', /^[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?$/u);

const suffixes = /\.(service|socket|timer|target|mount|automount|path|slice|scope|swap|device)$/u;

/** A unit's name; `.service` is added where no suffix stands, as systemctl does. A leading `-` would be an option. Source: systemd.unit(5), systemctl(1). */
export const unitName = (): Block<string> =>
  v.pipe(
    text('the name of a unit, such as "gateway.service"', /^(?!-)[A-Za-z0-9:_.\\@-]{1,240}$/u),
    v.check(
      (given) => !/@(\.[a-z]+)?$/u.test(given),
      'a template is not a unit: name an instance, such as "gateway@1.service"',
    ),
    v.transform((given) => (suffixes.test(given) ? given : `${given}.service`)),
    v.metadata({ "x-type": "unit" }),
  );
