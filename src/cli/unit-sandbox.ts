import type { Host, Ran } from "../host/host.ts";

/** The watcher's unit, whose sandbox is meant. */
const unit = "dogwatch.service";
const program = "/usr/local/bin/dogwatch";
const maxOutputBytes = 256 * 1024;

/** What makes it that unit's own start, not its sandbox; and what `--pipe` sets itself. */
const ownStart = /^(?:Exec\w*|Type|Standard\w+|SyslogIdentifier|Restart\w*|RemainAfterExit|NotifyAccess|PIDFile)$/u;

/** A line that ends in a backslash goes on in the next that is no comment. Source: systemd.syntax(7). */
const joined = (text: string): string =>
  text
    .split("\n")
    .filter((line) => !/^\s*[#;]/u.test(line))
    .join("\n")
    .replace(/\\\n/gu, " ");

/**
 * The `KEY=VALUE` lines of all `[Service]` sections in the output of `systemctl cat`, drop-ins behind the unit, without what starts the
 * unit's own program. Order counts: an empty value clears a list. Pure, never throws. Source: systemd.syntax(7).
 */
export const sandboxProperties = (text: string): readonly string[] => {
  const properties: string[] = [];
  let section = "";
  for (const line of joined(text).split("\n")) {
    section = /^\s*\[(.+)\]\s*$/u.exec(line)?.[1] ?? section;
    const [, key = "", value = ""] = /^\s*(\w+)\s*=\s*(.*?)\s*$/u.exec(line) ?? [];
    // A unit file expands "%", a transient unit doesn't; of all specifiers only "%%" can be meant in a list of ours.
    if (section === "Service" && key !== "" && !ownStart.test(key))
      properties.push(`${key}=${value.replaceAll("%%", "%")}`);
  }
  return properties;
};

/**
 * Runs this program's command inside the sandbox of the watcher's unit: its user, its IP filter, its credentials, drop-ins included. Only
 * root can. Undefined where that unit is not installed. Source: systemd-run(1).
 */
export const runInSandbox = async (
  { exec }: Pick<Host, "exec">,
  words: readonly string[],
  timeoutMs: number,
): Promise<Ran | undefined> => {
  const shown = await exec.run({
    argv: ["/usr/bin/systemctl", "cat", "--no-pager", unit],
    timeoutMs: 10_000,
    maxOutputBytes,
  });
  if (shown.kind !== "exited" || shown.status !== 0) return undefined;
  const properties = sandboxProperties(shown.stdout);
  if (!properties.some((line) => line.startsWith("User="))) return undefined;
  return await exec.run({
    argv: [
      "/usr/bin/systemd-run",
      ...[
        "--wait",
        "--pipe",
        "--collect",
        "--quiet",
        "--description=dogwatch: by hand, in the sandbox of dogwatch.service",
      ],
      ...properties.flatMap((line) => ["-p", line]),
      "--",
      program,
      ...words,
    ],
    timeoutMs,
    maxOutputBytes,
  });
};
