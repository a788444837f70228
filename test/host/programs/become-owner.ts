/** Becomes the owner of a folder, tries to get back, and prints who it is. argv: FOLDER. */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import process from "node:process";
import { becomeOwner } from "../../../src/host/become.ts";

const became = becomeOwner(process.argv[2] ?? "");
const tried = (work: () => void): string => {
  try {
    work();
    return "done";
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "failed";
  }
};
const status = readFileSync("/proc/self/status", "utf8");
const field = (name: string): string => new RegExp(`^${name}:\\s*(.*?)\\s*$`, "mu").exec(status)?.[1] ?? "";
const back = {
  setuid: tried(() => process.setuid?.(0)),
  seteuid: tried(() => process.seteuid?.(0)),
  setgid: tried(() => process.setgid?.(0)),
  setgroups: tried(() => process.setgroups?.([0])),
  shadow: tried(() => readFileSync("/etc/shadow")),
  write: tried(() => writeFileSync(`${process.argv[2]}/../was-here`, "")),
};
process.stdout.write(
  JSON.stringify({
    became,
    uid: field("Uid").split("\t"),
    gid: field("Gid").split("\t"),
    groups: field("Groups"),
    caps: [field("CapEff"), field("CapPrm"), field("CapInh"), field("CapAmb")],
    // The kernel gives /proc/PID of a process that nobody may trace to root: ptrace(2), PR_SET_DUMPABLE.
    traceOwner: statSync("/proc/self/status").uid,
    back,
  }),
);
