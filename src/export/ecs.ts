import { escapeUnsafe } from "../log/bounds.ts";
import type { SeenEntry } from "../log/seen-entry.ts";
import { argument } from "../log/sheet.ts";
import { ecsKindOf } from "./ecs-events.ts";
import { type Exported, type Format, timeOf } from "./format.ts";
import { messageOf, personIn } from "./message.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The version of ECS that the export keeps to. Source: elastic.co/docs/reference/ecs. */
export const ecsVersion = "9.4.0";

const eventOf = ({ entry, line, sha256 }: Exported): Fields => {
  const { kind, category, type, outcome, severity } = ecsKindOf(entry);
  return {
    kind,
    ...(category.length === 0 ? {} : { category }),
    type,
    ...(outcome === undefined ? {} : { outcome }),
    severity,
    action: entry.event,
    ...(entry.why === undefined ? {} : { reason: entry.why }),
    provider: "dogwatch",
    module: "dogwatch",
    dataset: "dogwatch.heal",
    id: sha256,
    hash: sha256,
    sequence: entry.seq,
    created: new Date(timeOf(entry)).toISOString(),
    original: line,
  };
};

/** The command of the heal; what it is aimed at is in `dogwatch.target`. */
const processOf = ({ argv, exit }: SeenEntry): Fields => {
  if (argv === undefined && typeof exit !== "number") return {};
  return {
    process: {
      ...(argv === undefined
        ? {}
        : {
            args: argv,
            args_count: argv.length,
            command_line: argv.map(argument).join(" "),
            ...(argv[0] === undefined ? {} : { executable: argv[0] }),
          }),
      ...(typeof exit === "number" ? { exit_code: exit } : {}),
    },
  };
};

/** What ECS has no field for, under our own name. */
const ownOf = (entry: SeenEntry): Fields => ({
  by: entry.by,
  incident: entry.incident,
  check: entry.check,
  evidence: entry.evidence,
  recipe: entry.recipe === undefined ? undefined : { name: entry.recipe, sha256: entry.recipe_sha256 },
  config: entry.config_sha256 === undefined ? undefined : { sha256: entry.config_sha256 },
  binary: entry.binary_sha256 === undefined ? undefined : { sha256: entry.binary_sha256 },
  key: entry.key,
  attempt: entry.attempt,
  budget_left: entry.budget_left,
  target: entry.target,
  backup: entry.backup,
  exit: entry.exit === undefined ? undefined : String(entry.exit),
  proof: entry.proof,
  prev: entry.prev,
});

/** An entry as an ECS document. `version`: of this program. Never throws. */
export const ecsDocument = (exported: Exported, version: string): Fields => {
  const { entry } = exported;
  const uid = personIn(entry);
  return {
    "@timestamp": new Date(timeOf(entry)).toISOString(),
    ecs: { version: ecsVersion },
    message: messageOf(entry),
    event: eventOf(exported),
    agent: { type: "dogwatch", version },
    host: { name: entry.host, hostname: entry.host, boot: { id: entry.boot } },
    ...(entry.check === undefined ? {} : { rule: { name: entry.check } }),
    ...(uid === undefined ? {} : { user: { id: uid } }),
    ...processOf(entry),
    dogwatch: ownOf(entry),
  };
};

/** ECS documents, one JSON object a line. `version`: of this program. */
export const ecs = (version: string): Format => ({
  begin: "",
  one: (exported) => `${escapeUnsafe(JSON.stringify(ecsDocument(exported, version)))}\n`,
  end: "",
});
