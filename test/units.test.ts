import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The assignments of a unit's [Service] section, sorted; comments and what starts the program are no part of a sandbox. */
const sandboxOf = (unit: string): readonly string[] => {
  const text = readFileSync(join(import.meta.dirname, "..", "units", unit), "utf8");
  const service = /\[Service\]\n(.*?)(?:\n\[|$)/su.exec(text)?.[1] ?? "";
  const own =
    /^(?:Exec|Type|NotifyAccess|Watchdog|Restart|SuccessExitStatus|Timeout|KillMode|LimitCORE|RuntimeDirectory)/u;
  return service
    .replaceAll(/\\\n/gu, " ")
    .split("\n")
    .filter((line) => /^\w+=/u.test(line) && !own.test(line))
    .sort();
};

describe("the units", () => {
  test("dogwatch-daemon.service has the sandbox of dogwatch.service, line by line", () => {
    expect(sandboxOf("dogwatch.service").length).toBeGreaterThan(40);
    expect(sandboxOf("dogwatch-daemon.service")).toEqual(sandboxOf("dogwatch.service"));
  });

  test("a user's dogwatch-daemon.service gets and lacks what that user's dogwatch.service does", () => {
    expect(sandboxOf("user/dogwatch-daemon.service")).toEqual(sandboxOf("user/dogwatch.service"));
  });
});
