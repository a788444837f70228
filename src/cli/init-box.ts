import type { Host, HttpAnswer, ProcessFacts } from "../host/host.ts";
import type { Listener } from "../host/survey.ts";
import type { Answered, Box, DoorAnswers, KnownFile, Service } from "../presets/box.ts";
import { type Question, questions, urlOf } from "../presets/doors.ts";
import { filesIn, folderBy, isGateway, toldFolder } from "../presets/folders.ts";
import { nonsensePath } from "../presets/health.ts";
import { gatewayOf, roleOf } from "../presets/known.ts";
import { isDead } from "../probes/process-facts.ts";
import { isoNow } from "./cli.ts";

const purpose = "init";
const timeoutMs = 1500;
const maxBodyBytes = 1024 * 1024;
const doorsAtOnce = 8;
/** All asking ends about then, however slow the answers. */
const askWithinMs = 20_000;
const folders = ["HERMES_HOME", "OPENCLAW_STATE_DIR"] as const;
const gateways = ["hermes", "openclaw"] as const;

type Account = ReturnType<Host["survey"]["accounts"]>[number];

interface Looked {
  readonly host: Host;
  readonly accounts: readonly Account[];
  readonly listeners: readonly Listener[];
}

const answeredOf = (path: string, answer: HttpAnswer): Answered =>
  answer.kind === "answer"
    ? {
        path,
        status: answer.status,
        body: answer.body,
        elapsedMs: answer.elapsedMs,
      }
    : { path, status: undefined, body: answer.why, elapsedMs: answer.elapsedMs };

const ask = async (host: Host, { door }: Question, path: string): Promise<Answered> => {
  const answer = await host.http.request({
    for: purpose,
    method: "GET",
    url: urlOf(door, path),
    headers: { accept: "application/json, text/plain;q=0.9, */*;q=0.1" },
    timeoutMs,
    maxBodyBytes,
  });
  return answeredOf(path, answer);
};

/** The nonsense first: who doesn't answer that in HTTP, or hangs, is left in peace. */
const askDoor = async (host: Host, question: Question): Promise<DoorAnswers> => {
  const nonsense = await ask(host, question, nonsensePath);
  const tried: Answered[] = [];
  for (const path of nonsense.status === undefined ? [] : question.paths) {
    const answered = await ask(host, question, path);
    tried.push(answered);
    if (answered.status === undefined) break;
  }
  return { door: question.door, nonsense, tried };
};

const askAll = async (host: Host, asked: readonly Question[]): Promise<readonly DoorAnswers[]> => {
  host.http.allow(asked.map(({ door }) => ({ ...door, methods: ["GET"], for: purpose })));
  const waiting = asked.values();
  const answers: DoorAnswers[] = [];
  const endMs = host.clock.monotonicMs() + askWithinMs;
  const worker = async (): Promise<void> => {
    for (const question of waiting) if (host.clock.monotonicMs() < endMs) answers.push(await askDoor(host, question));
  };
  await Promise.all(Array.from({ length: doorsAtOnce }, worker));
  return answers;
};

/** The oldest process that none of the others started: what systemd calls the main one, without asking it. */
const mainOf = (processes: readonly ProcessFacts[]): ProcessFacts | undefined => {
  const pids = new Set(processes.map(({ pid }) => pid));
  const roots = processes.filter(({ ppid }) => !pids.has(ppid));
  return [...(roots.length > 0 ? roots : processes)].sort((a, b) => a.startedUptimeS - b.startedUptimeS)[0];
};

const environOf = (host: Host, processes: readonly ProcessFacts[]): readonly string[] | undefined => {
  const read = processes.map(({ pid }) => host.processes.environKeys(pid));
  return read.some(({ kind }) => kind === "failed")
    ? undefined
    : read.flatMap((each) => (each.kind === "keys" ? each.keys : []));
};

const serviceOf = (
  { host, accounts, listeners }: Looked,
  place: { readonly unit?: string; readonly managerUid?: number },
  processes: readonly ProcessFacts[],
): Service | undefined => {
  const main = mainOf(processes);
  if (main === undefined) return undefined;
  const { unit, managerUid } = place;
  const pids = new Set(processes.map(({ pid }) => pid));
  return {
    unit,
    scope: managerUid === undefined ? "system" : "user",
    manager: managerUid === undefined ? undefined : host.userOf(managerUid),
    user: host.userOf(main.uid),
    home: accounts.find(({ uid }) => uid === main.uid)?.home,
    main,
    processes,
    listeners: listeners.filter((each) => each.pids.some((pid) => pids.has(pid))),
    environKeys: environOf(host, processes),
    paths: host.survey.environPaths(main.pid, folders),
  };
};

interface Group {
  readonly place: { readonly unit?: string; readonly managerUid?: number };
  readonly processes: ProcessFacts[];
}

/** Processes by service unit and manager; those in no service only where they are known gateways. */
const servicesOf = (looked: Looked, processes: readonly ProcessFacts[]): readonly Service[] => {
  const groups = new Map<string, Group>();
  for (const each of processes) {
    const place = looked.host.survey.placeOf(each.pid);
    const isService = place?.unit.endsWith(".service") === true && !place.unit.startsWith("user@");
    if (!isService && gatewayOf(each) === undefined) continue;
    const key = isService ? `${place.managerUid ?? ""} ${place.unit}` : `pid ${each.pid}`;
    const group: Group = groups.get(key) ?? { place: isService ? place : {}, processes: [] };
    group.processes.push(each);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ place, processes: mine }) => serviceOf(looked, place, mine) ?? []);
};

const isFile = (host: Host, path: string): boolean => {
  const stat = host.files.stat(path);
  return !("kind" in stat) && stat.isFile;
};

/** Known files in homes, and in the folders that running gateways were told to use. Root looks at names only, and opens nothing. */
const filesOf = ({ host, accounts }: Looked, services: readonly Service[]): readonly KnownFile[] => {
  const homes = accounts.filter(
    ({ uid, home }) => (uid === 0 || uid >= 1000 || uid === host.uid) && home.startsWith("/") && home !== "/",
  );
  const owners = [
    ...homes.map(({ name, home }) => ({ unit: undefined, paths: {}, user: name, home })),
    ...services.filter((service) => isGateway(roleOf(service))),
  ];
  const wanted = owners.flatMap((owner) =>
    gateways.flatMap((kind): readonly KnownFile[] => {
      const folder = toldFolder(owner, kind) ?? folderBy(owner, kind);
      if (folder === undefined || owner.user === undefined) return [];
      const { user } = owner;
      return filesIn(folder, kind).map(({ part, path }) => ({ kind, part, path, user }));
    }),
  );
  const once = new Map(wanted.map((each) => [each.path, each]));
  return [...once.values()].filter(({ path }) => isFile(host, path));
};

/** What was read, or why nothing could be. */
export type Surveyed = { readonly kind: "box"; readonly box: Box } | { readonly kind: "failed"; readonly why: string };

/**
 * Reads the running machine: processes with their units, listening sockets, known files; and asks services on loopback with a few GETs.
 * `install` `user`: only what runs as our own user. Changes nothing. Never throws for expected trouble.
 */
export const readBox = async (host: Host, install: Box["install"]): Promise<Surveyed> => {
  const list = await host.processes.list({ argv: true, uid: true });
  if (list.kind === "failed") return { kind: "failed", why: `cannot list processes: ${list.why}` };
  const alive = list.processes.filter(
    (each) => each.pid !== host.pid && !isDead(each) && (install === "system" || each.uid === host.uid),
  );
  const seen = host.survey.listeners(alive.map(({ pid }) => pid));
  const looked: Looked = {
    host,
    accounts: host.survey.accounts().filter(({ uid }) => install === "system" || uid === host.uid),
    listeners: seen.kind === "seen" ? seen.listeners : [],
  };
  const services = servicesOf(looked, alive);
  return {
    kind: "box",
    box: {
      install,
      hostname: host.hostname,
      at: isoNow(host),
      uptimeS: host.clock.uptimeS(),
      isSystemd: (await host.systemd.systemState()) !== "absent",
      ports: [...new Set(looked.listeners.map(({ port }) => port))],
      first: list.processes.find(({ pid }) => pid === 1)?.comm ?? "init",
      services,
      files: filesOf(looked, services),
      doors: await askAll(host, questions(services)),
    },
  };
};
