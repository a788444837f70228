import { loadFresh } from "../load.ts";
import { type Cli, complain, exits, printFaults } from "./cli.ts";
import { makeDropIns, writeDropIns } from "./egress-filter.ts";
import { type EgressList, egressList } from "./egress-list.ts";

/** Columns padded to their widest, two spaces between; nothing behind the last. */
const table = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0))).join("  ");
  return rows.map((row) => `  ${line(row)}\n`).join("");
};

const place = (host: string, port: number): string => (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`);

const listText = ({ destinations, programs, sockets }: EgressList): string => {
  const parts = [
    {
      title: "destinations",
      rows: destinations.map(({ host, port, methods, for: why }) => [
        methods.length === 0 ? "connect" : methods.join(" "),
        place(host, port),
        why,
      ]),
    },
    { title: "programs", rows: programs.map(({ argv, for: why }) => [argv.join(" "), why]) },
    { title: "sockets", rows: sockets.map(({ path, for: why }) => [path, why]) },
  ];
  return parts.map(({ title, rows }) => `${title}\n${rows.length === 0 ? "  none\n" : table(rows)}`).join("");
};

const misuse = ({ host, flags }: Cli): string | undefined => {
  if ((flags.isHelper || flags.isWritten) && !flags.isSystemd) return "--helper and --write go with --systemd only";
  if (flags.isHelper && flags.isWritten) return "--write writes both drop-ins: leave --helper out";
  return flags.isWritten && host.uid !== 0 ? "--write needs root: sudo dogwatch egress --systemd --write" : undefined;
};

/** `dogwatch egress`: every destination, program and socket, and why; with `--systemd` the drop-in of the units' IP filter. */
export const egressCommand = async (cli: Cli): Promise<number> => {
  const { host, paths, flags } = cli;
  const wrong = misuse(cli);
  if (wrong !== undefined) {
    complain(host, wrong, "Run: dogwatch egress --help");
    return exits.usage;
  }
  const loaded = await loadFresh(host, paths);
  if (loaded.kind === "faults") {
    printFaults(host, loaded.faults);
    return exits.config;
  }
  const { config } = loaded;
  if (flags.isWritten) return await writeDropIns(host, paths, config);
  if (flags.isSystemd) {
    const made = await makeDropIns(host, paths, config);
    host.terminal.out(flags.isHelper ? made.helper : made.watcher);
    return exits.done;
  }
  const list = await egressList(host, paths, config);
  const destinations = list.destinations.map(({ host: name, port, methods, for: why }) => ({
    host: name,
    port,
    methods,
    for: why,
  }));
  const { programs, sockets } = list;
  host.terminal.out(flags.isJson ? `${JSON.stringify({ destinations, programs, sockets })}\n` : listText(list));
  return exits.done;
};
