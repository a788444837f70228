import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { runInSandbox, sandboxProperties } from "../../src/cli/unit-sandbox.ts";
import { createFakeHost } from "../fake-host.ts";

const unit = readFileSync(`${import.meta.dir}/../../units/dogwatch.service`, "utf8");

describe("sandboxProperties()", () => {
  const cases = [
    { name: "only [Service]", given: "[Unit]\nA=1\n[Service]\nB=2\n[Install]\nC=3\n", want: ["B=2"] },
    {
      name: "drop-ins behind the unit, resets too",
      given: "[Service]\nA=1\n[Service]\nA=\nA=2\n",
      want: ["A=1", "A=", "A=2"],
    },
    { name: "no comments", given: "# /etc/x.service\n[Service]\n#A=1\n ;B=1\nC = 2 \n", want: ["C=2"] },
    { name: "continued lines as one", given: "[Service]\nA=1 \\\n# why\n 2\nB=3\n", want: ["A=1   2", "B=3"] },
    {
      name: "nothing that starts the unit's own program",
      given: "[Service]\nType=oneshot\nExecStart=/x\nExecStartPre=/y\nStandardOutput=socket\nRestart=no\nUser=u\n",
      want: ["User=u"],
    },
    { name: "a percent sign as a transient unit takes it", given: '[Service]\nA="-/x%%y"\n', want: ['A="-/x%y"'] },
  ] as const;
  for (const { name, given, want } of cases)
    test(`sandboxProperties() gives ${name}`, () => expect<unknown>(sandboxProperties(given)).toEqual(want));

  test("sandboxProperties() of the shipped unit hold its user, its filter and its credentials", () => {
    const properties = sandboxProperties(unit);
    for (const line of ["User=dogwatch", "IPAddressDeny=any", "LoadCredential=dw:/etc/dogwatch/credentials"])
      expect(properties).toContain(line);
    expect(properties.join("\n")).not.toMatch(/^(Exec|Type)/mu);
  });
});

describe("runInSandbox()", () => {
  test("runInSandbox() runs the installed program with the unit's properties, and waits for it", async () => {
    const host = createFakeHost();
    host.exec.script = ({ argv }) => ({
      kind: "exited",
      status: 0,
      stdout: argv.includes("cat") ? unit : "said",
      stderr: "",
    });
    expect(await runInSandbox(host, ["chat", "test"], 1000)).toMatchObject({ status: 0, stdout: "said" });
    const argv = host.exec.ran[1]?.argv ?? [];
    expect(argv[0]).toBe("/usr/bin/systemd-run");
    expect(argv.slice(argv.indexOf("--"))).toEqual(["--", "/usr/local/bin/dogwatch", "chat", "test"]);
    expect(argv[argv.indexOf("User=dogwatch") - 1]).toBe("-p");
  });

  test("runInSandbox() leaves it to others where the unit is missing, or is one that runs as root", async () => {
    const host = createFakeHost();
    host.exec.script = () => ({ kind: "exited", status: 1, stdout: "", stderr: "No files found" });
    expect(await runInSandbox(host, [], 1000)).toBeUndefined();
    host.exec.script = () => ({ kind: "exited", status: 0, stdout: "[Service]\nExecStart=/x\n", stderr: "" });
    expect(await runInSandbox(host, [], 1000)).toBeUndefined();
    expect(host.exec.ran.every(({ argv }) => argv[0] === "/usr/bin/systemctl")).toBe(true);
  });
});
