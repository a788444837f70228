import { readFileSync } from "node:fs";
import { arch, cpus, loadavg, release, totalmem } from "node:os";

const osName = (): string => /^PRETTY_NAME="(.*)"$/mu.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "Linux";

/** What it was measured on, and how busy that was. */
export const machine = (): string => {
  const list = cpus();
  const model = list[0]?.model.replace(/\s+/gu, " ").trim() ?? "unknown";
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${model}, ${list.length} cores, ${memory}, ${arch()}; ${osName()}, kernel ${release()}; load at the start ${loadavg()[0]?.toFixed(1)}`;
};
