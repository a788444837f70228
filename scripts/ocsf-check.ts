// Holds an OCSF export against OCSF's own definitions: dogwatch log export --format ocsf | bun scripts/ocsf-check.ts DIR, where DIR is a
// checkout of github.com/ocsf/ocsf-schema at the version that the events name.
import { Ajv2020 } from "ajv/dist/2020.js";
import * as v from "valibot";
import { readOcsf } from "./ocsf/definitions.ts";
import { schemaOf } from "./ocsf/schema.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: bun scripts/ocsf-check.ts DIR <EVENTS");
  process.exit(64);
}
const ocsf = readOcsf(folder);
const headOf = v.looseObject({
  class_uid: v.number(),
  metadata: v.looseObject({ version: v.string(), profiles: v.optional(v.array(v.string()), []) }),
});
const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
const validators = new Map<string, ReturnType<typeof ajv.compile>>();
let [events, faults] = [0, 0];
for (const line of (await new Response(Bun.stdin.stream()).text()).split("\n").filter((each) => each !== "")) {
  const event: unknown = JSON.parse(line);
  const { class_uid, metadata } = v.parse(headOf, event);
  const name = `${class_uid} ${metadata.profiles.join()}`;
  const validate = validators.get(name) ?? ajv.compile(schemaOf(ocsf, class_uid, metadata.profiles));
  validators.set(name, validate);
  events += 1;
  const wrong = [
    ...(metadata.version === ocsf.version ? [] : [`its version is ${metadata.version}, not ${ocsf.version}`]),
    ...(validate(event) ? [] : (validate.errors ?? []).map((each) => `${each.instancePath} ${each.message}`)),
  ];
  for (const each of wrong) console.error(`event ${events} (${class_uid}): ${each}`);
  faults += wrong.length;
}
console.log(`${events} events of ${validators.size} classes against OCSF ${ocsf.version}: ${faults} faults`);
process.exit(faults === 0 ? 0 : 1);
