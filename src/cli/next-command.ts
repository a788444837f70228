import type { Paths } from "../paths.ts";

/** A reason that names its own remedy, as most of ours do. */
const ownRemedy = /; run: ((?:sudo )?(?:systemctl [\w. @-]+|dogwatch tick))$/u;

/** The reason without the remedy that it names, where that is told beside it. Pure. */
export const withoutRemedy = (why: string): string => why.replace(ownRemedy, "");

/** The one next command for an exit status of the tick. Source: sysexits(3), systemd.exec(5) "Process Exit Codes". */
export const nextCommand = (status: string, paths: Paths, why = ""): string => {
  const remedy = ownRemedy.exec(why)?.[1];
  if (remedy !== undefined) return remedy;
  switch (status) {
    case "78":
      return "dogwatch validate";
    case "75":
      return `${paths.install === "system" ? "sudo " : ""}dogwatch chat test`;
    case "73":
    case "74":
      return `df -h ${paths.state} ${paths.logFile.replace(/\/[^/]*$/u, "")}`;
    case "243":
      return `ls -ld ${paths.credentials.path}`;
    default:
      return `journalctl ${paths.install === "user" ? "--user " : ""}-u 'dogwatch*' -n 50`;
  }
};
