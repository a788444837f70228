import packageFile from "../../package.json" with { type: "json" };
import type { Check } from "../config/config.ts";
import { printFault } from "../config/fault.ts";
import { type Loaded, readLast } from "../load.ts";
import { makePage } from "../report/data.ts";
import type { Page } from "../report/page.ts";
import { readChatLatch } from "../state/chat-latch.ts";
import { readHistory } from "../state/history-read.ts";
import { readIllness } from "../state/illness.ts";
import { momentOf } from "../state/state.ts";
import { readHealState, readState } from "../state/store.ts";
import { type Cli, isoNow } from "./cli.ts";
import { deafOf, deafText } from "./deaf.ts";
import { egressList } from "./egress-list.ts";
import { limitsOf } from "./limits.ts";
import { withoutRemedy } from "./next-command.ts";
import { quietLines } from "./quiet-lines.ts";
import { cardOf } from "./report-card.ts";
import type { KnownLog } from "./report-log.ts";

const none: Page["egress"] = { destinations: [], programs: [], sockets: [] };

const faultNotes = (loaded: Loaded): readonly string[] => {
  if (loaded.kind === "config") return [];
  const [first] = loaded.faults;
  const what = first === undefined ? "" : `: ${printFault(first)}`;
  return [`the config can't be used, so what is shown of it is the last one that could be${what}`];
};

const illNotes = ({ host, paths }: Cli): readonly string[] => {
  const ill = readIllness(host, paths.state);
  return ill === undefined ? [] : [`dogwatch is ill (status ${ill.exit}): ${withoutRemedy(ill.why)}`];
};

/** What the watchdog itself has to complain of. */
const troubles = (cli: Cli, now: string): readonly string[] => {
  const { host, paths } = cli;
  const latch = readChatLatch(host, paths.state);
  const deaf = deafOf(cli);
  return [
    ...illNotes(cli),
    ...(latch === undefined ? [] : [`nothing is sent to the chat any more: ${latch.why}`]),
    ...(deaf === undefined ? [] : [deafText(deaf, now)]),
    ...limitsOf(cli),
  ];
};

/** Gathers all that a page shows and puts it together. `isStale`: no tick has finished for too long. Never throws. */
export const gatherPage = async (cli: Cli, loaded: Loaded, log: KnownLog, isStale: boolean): Promise<Page> => {
  const { host, paths } = cli;
  const at = isoNow(host);
  const config = loaded.kind === "config" ? loaded.config : readLast(host, paths);
  const { value: state, note } = readState(host, paths.state, true);
  const { hours, why } = readHistory(host, paths.state);
  const { destinations, programs, sockets } = config === undefined ? none : await egressList(host, paths, config);
  const heal = readHealState(host, paths.helper, momentOf(host), true).value;
  const knownOf = (check: Check) => ({ kind: check.kind, card: cardOf(check, state, heal) });
  const noteOf = (text: string | undefined): readonly string[] => (text === undefined ? [] : [text]);
  return makePage({
    host: config?.host ?? host.hostname,
    version: packageFile.version,
    at,
    state,
    isStale,
    known: new Map((config?.checks ?? []).map((check) => [check.name, knownOf(check)])),
    hours,
    log,
    egress: { destinations, programs, sockets },
    silences: quietLines(cli, state.configSha256, at),
    notes: [
      ...noteOf(note),
      ...(why === undefined ? [] : [`the history can't be read: ${why}`]),
      ...faultNotes(loaded),
      ...troubles(cli, at),
      ...log.notes,
    ],
  });
};
