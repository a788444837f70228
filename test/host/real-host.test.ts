import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHost } from "../../src/host/real-host.ts";

const root = mkdtempSync(join(tmpdir(), "dogwatch-host-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const uid = process.getuid?.() ?? -1;
const host = createHost({ env: { HOME: root }, uid, binary: "/opt/dogwatch", hostname: "web-1" });

describe("createHost()", () => {
  test("createHost() passes on what main told it", () => {
    expect(host).toMatchObject({ uid, hostname: "web-1", binary: "/opt/dogwatch", env: { HOME: root } });
    expect(host.pid).toBe(process.pid);
  });

  test("createHost() wires the parts of one machine together", async () => {
    const path = join(root, "x");
    expect(host.files.replace(path, "text", 0o600)).toEqual({ kind: "done" });
    expect(await host.sha256File(path)).toBe(host.sha256("text"));
    const ran = await host.exec.run({ argv: ["/bin/cat", path], timeoutMs: 10_000, maxOutputBytes: 100 });
    expect(ran).toMatchObject({ kind: "exited", stdout: "text" });
    const list = await host.processes.list({ argv: true, uid: true });
    const own = list.kind === "listed" ? list.processes.find((each) => each.pid === process.pid) : undefined;
    expect(own).toMatchObject({ uid, ppid: process.ppid });
    expect(own?.startedUptimeS ?? Number.NaN).toBeLessThanOrEqual(host.clock.uptimeS());
    expect(host.uidOf("root")).toBe(0);
    expect(host.uidOf("no-such-user-here")).toBeUndefined();
    await expect(host.systemd.show({ scope: "system" }, [], 1000)).resolves.toEqual({ kind: "shown", units: [] });
  });

  test("createHost() makes what looks at the machine once, at its first use", () => {
    expect(host.processes).toBe(host.processes);
    expect(host.terminal).toBe(host.terminal);
    expect(host.terminal.columns).toBeGreaterThan(0);
  });
});
