import type { HeartbeatCheck } from "../config/config.ts";
import type { Host } from "../host/host.ts";
import { judgeAge } from "./age.ts";
import { beatFile } from "./beat-file.ts";
import { parseMoment } from "./epoch.ts";
import { quote } from "./evidence.ts";
import { type Beats, type Seen, systemBeats } from "./probe.ts";

const maxBytes = 64;
const maxPasswdBytes = 1024 * 1024;
const maxUsers = 500;

const unknown = (evidence: string): Seen => ({ kind: "unknown", evidence });

/** Users of this host who left a beat of that name: the folder can't be listed, so each is asked for. Source: passwd(5). */
const beatersOf = (host: Host, folder: string, name: string): readonly string[] => {
  const read = host.files.read("/etc/passwd", maxPasswdBytes);
  if (read.kind === "failed") return [];
  const users = new TextDecoder().decode(read.bytes).split("\n").slice(0, maxUsers);
  return users.flatMap((line) => {
    const [user = "", , uid = ""] = line.split(":");
    const stat = /^\d+$/u.test(uid) ? host.files.stat(beatFile(folder, name, Number(uid))) : undefined;
    return stat === undefined || "kind" in stat || stat.uid !== Number(uid) ? [] : [user];
  });
};

/** No beat at all: most often the job never ran, or runs as another user than the check thinks. */
const noBeat = (host: Host, { folder }: Beats, name: string, user: string): Seen => {
  if (folder === systemBeats.folder && "kind" in host.files.stat(folder))
    return unknown(`there is no folder "${folder}": run: sudo systemd-tmpfiles --create dogwatch.conf`);
  const [other, ...more] = beatersOf(host, folder, name);
  const others =
    other === undefined ? "" : `, but one by ${quote(other)}${more.length > 0 ? ` and ${more.length} more` : ""}`;
  return {
    kind: "bad",
    evidence: `no beat "${name}" by "${user}" yet${others}; the job, as "${user}", leaves it with: dogwatch beat ${name}`,
  };
};

/** Somebody made the file that only `user` may make: a person has to look at that, and no restart mends it. */
const taken = (host: Host, name: string, user: string, path: string, uid: number): Seen => ({
  kind: "bad",
  isAlertOnly: true,
  findings: ["not-by"],
  evidence: `the beat "${name}" of "${user}" was made by ${quote(host.userOf(uid) ?? `uid ${uid}`)}, who took its place: ${path}`,
});

/**
 * Judges a beat of `dogwatch beat`: the file must be of the user that the check names, else of the check's `as`, else of whom this install means.
 * The older of the time in it and its time of change counts. Never throws.
 */
export const lookAtBeat = ({ heartbeat, as }: HeartbeatCheck, host: Host, beats: Beats): Seen => {
  const { by, maxAgeMs } = heartbeat;
  const name = heartbeat.beat ?? "";
  const named = by ?? as;
  const uid = named === null ? beats.uid : host.uidOf(named);
  if (uid === undefined) return unknown(`there is no user "${named}" on this host`);
  const user = named ?? host.userOf(uid) ?? `uid ${uid}`;
  const path = beatFile(beats.folder, name, uid);
  const stat = host.files.stat(path);
  if ("kind" in stat)
    return stat.code === "ENOENT" ? noBeat(host, beats, name, user) : unknown(`cannot look at "${path}": ${stat.why}`);
  if (stat.uid !== uid) return taken(host, name, user, path, stat.uid);
  if (stat.isLink) return unknown(`the beat "${path}" is a link, not a file`);
  const read = host.files.read(path, maxBytes);
  if (read.kind === "failed") return unknown(`cannot read the beat "${path}": ${read.why}`);
  if (read.stat.uid !== uid) return taken(host, name, user, path, read.stat.uid);
  const saidMs = parseMoment(new TextDecoder().decode(read.bytes));
  if (saidMs === undefined) return unknown(`the beat "${path}" holds no time; remove it, and beat again`);
  const latestMs = Math.max(saidMs, read.stat.modifiedMs);
  const nowMs = host.clock.nowMs();
  const what = `the last beat by "${user}"`;
  const ahead = judgeAge(what, latestMs, nowMs, maxAgeMs);
  return ahead.kind === "unknown" ? ahead : judgeAge(what, Math.min(saidMs, read.stat.modifiedMs), nowMs, maxAgeMs);
};
