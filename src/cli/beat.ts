import { nameForm, nameWords } from "../config/name-form.ts";
import type { Failure } from "../host/host.ts";
import { beatFile, beatText } from "../probes/beat-file.ts";
import { systemBeats } from "../probes/probe.ts";
import { type Cli, complain, exits } from "./cli.ts";

/** The watcher and the helper's looks read it, and neither is its owner. */
const fileMode = 0o644;

const misuse = ({ host }: Cli, what: string): number => {
  complain(host, `cannot beat: ${what}`, "Run: dogwatch beat NAME, with the NAME of a heartbeat check");
  return exits.usage;
};

/** Codes that say that the file can't be made, rather than written. */
const notMade: ReadonlySet<string> = new Set([
  ...["EACCES", "EPERM", "EROFS", "ENOENT", "ENOTDIR", "ELOOP", "EINVAL", "EMLINK", "EISDIR"],
]);

const ownerOf = ({ host }: Cli, path: string): string | undefined => {
  const stat = host.files.stat(path);
  if ("kind" in stat || stat.uid === host.uid) return undefined;
  return host.userOf(stat.uid) ?? `uid ${stat.uid}`;
};

const hintFor = (cli: Cli, path: string, { code }: Failure): string => {
  const { folder } = cli.paths.beats;
  if (ownerOf(cli, path) !== undefined) return `Somebody else took that name; look and remove it: sudo ls -l ${path}`;
  if (code === "EROFS") return `In a unit whose sandbox makes it read-only: ReadWritePaths=${folder}`;
  if (code === "ENOENT" && folder === systemBeats.folder) return "Run: sudo systemd-tmpfiles --create dogwatch.conf";
  return `Run: ls -ld ${folder}; df -h ${folder}`;
};

/** `dogwatch beat NAME`: leaves a job's sign of life where heartbeat checks look for it. Says nothing when it is done: cron mails what is said. */
export const beatCommand = async (cli: Cli): Promise<number> => {
  const { host, paths, flags, words } = cli;
  const [name, ...more] = words;
  if (name === undefined || more.length > 0) return misuse(cli, "give it one name");
  if (!nameForm.test(name)) return misuse(cli, `a name has ${nameWords}`);
  const path = beatFile(paths.beats.folder, name, host.uid);
  const nowMs = host.clock.nowMs();
  const write = () => host.files.overwrite(path, beatText(nowMs), fileMode);
  let done = write();
  if (done.kind === "failed" && done.code === "ENOENT" && paths.beats.folder !== systemBeats.folder) {
    host.files.makeFolder(paths.beats.folder, 0o750);
    done = write();
  }
  if (done.kind === "failed") {
    const owner = ownerOf(cli, path);
    const why = owner === undefined ? done.why : `it belongs to "${owner}"`;
    complain(host, `cannot write the beat "${path}": ${why}`, hintFor(cli, path, done));
    return notMade.has(done.code) ? exits.cannotCreate : exits.ioError;
  }
  const at = new Date(nowMs).toISOString();
  if (flags.isJson)
    host.terminal.out(`${JSON.stringify({ beat: name, by: host.userOf(host.uid) ?? null, at, file: path })}\n`);
  return exits.done;
};
