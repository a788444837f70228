import type { Check, Config } from "../config/config.ts";
import { checkDestinations, isLoopback } from "../config/egress.ts";
import type { Box, KnownFile, Service } from "./box.ts";
import { type Opened, printDoor } from "./doors.ts";
import type { Finding, Found } from "./find.ts";
import { doorWords, seenOf, unitWords } from "./sentences.ts";

/** Something recognised on the box that the config doesn't know. */
export interface Added {
  readonly kind: "unit" | "port" | "file";
  readonly what: string;
  readonly seen: string;
}

/** A check whose object is no longer there. */
export interface Gone {
  readonly check: string;
  readonly why: string;
}

/** The config as the program reads it, and its text in one line, comments too: what a file mentions is known. */
export interface Known {
  readonly config: Config;
  readonly mentions: string;
}

/** A config's text without comment marks and line breaks, so that a wrapped comment can be searched. Pure. */
export const mentionsIn = (text: string): string => text.replace(/^[ \t]*#+ ?/gmu, " ").replace(/\s+/gu, " ");

const isMentioned = ({ mentions }: Known, what: string): boolean => {
  for (let at = mentions.indexOf(what); at >= 0; at = mentions.indexOf(what, at + 1)) {
    const rest = mentions.slice(at + what.length, at + what.length + 9);
    if (!/^[\w@\\-]|^\.\w|^ of user /u.test(rest)) return true;
  }
  return false;
};

const isOfManager = (check: Check, { scope, manager }: Service, { install }: Box): boolean =>
  scope === "system" || install === "user" || check.as === manager;

const isUnitKnown = (known: Known, box: Box, service: Service): boolean =>
  isMentioned(known, unitWords(service)) ||
  known.config.checks.some(
    (check) =>
      (check.kind === "unit" &&
        check.unit.name === service.unit &&
        check.unit.scope === service.scope &&
        isOfManager(check, service, box)) ||
      (check.kind === "process" && check.process.unit === service.unit && isOfManager(check, service, box)),
  );

const isPortKnown = (known: Known, { door }: Opened): boolean =>
  isMentioned(known, printDoor(door)) || checkDestinations(known.config).some(({ port }) => port === door.port);

const isFileKnown = (known: Known, { path }: KnownFile): boolean =>
  isMentioned(known, path) || JSON.stringify(known.config.checks).includes(JSON.stringify(path));

const ofFinding = (known: Known, box: Box, finding: Finding): readonly Added[] => {
  const { service, doors, files } = finding;
  if (service.unit !== undefined && !isUnitKnown(known, box, service)) {
    const [what = "", ...more] = seenOf(box, finding);
    const [name = "", ...rest] = what.split(": ");
    return [{ kind: "unit", what: name, seen: [rest.join(": "), ...more].join(" ") }];
  }
  return [
    ...doors.flatMap((opened): readonly Added[] =>
      (opened.health === undefined && opened.metrics === undefined) || isPortKnown(known, opened)
        ? []
        : [{ kind: "port", what: `${printDoor(opened.door)} of ${unitWords(service)}`, seen: doorWords(opened) ?? "" }],
    ),
    ...files.filter((file) => isQueue(file) && !isFileKnown(known, file)).map(fileAdded),
  ];
};

const isQueue = ({ part }: KnownFile): boolean => part === "board" || part === "state";

const fileAdded = ({ kind, path, user }: KnownFile): Added => ({
  kind: "file",
  what: path,
  seen: `${kind === "hermes" ? "a board of Hermes" : "the state of OpenClaw"}, of user ${user}`,
});

/** What runs on the box and the config neither checks nor mentions. Pure. */
export const addedTo = (known: Known, box: Box, { findings, strayFiles }: Found): readonly Added[] => [
  ...findings.flatMap((finding) => ofFinding(known, box, finding)),
  ...strayFiles.filter((file) => !isFileKnown(known, file)).map(fileAdded),
];

/** Checks that point to a port of this host where nobody listens. Pure. */
export const closedPorts = ({ config }: Known, { ports }: Box): readonly Gone[] =>
  config.checks.flatMap((check) =>
    checkDestinations({ checks: [check] })
      .filter(({ host, port, socket }) => socket === undefined && isLoopback(host) && !ports.includes(port))
      .map(({ host, port }) => ({ check: check.name, why: `nothing listens on ${printDoor({ host, port })}` })),
  );
