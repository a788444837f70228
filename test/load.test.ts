import { describe, expect, test } from "bun:test";
import { printFault } from "../src/config/fault.ts";
import { type Loaded, loadFresh, loadKept } from "../src/load.ts";
import { writeSealed } from "../src/state/sealed.ts";
import { createFakeHost, type FakeHost } from "./fake-host.ts";
import { configText, paths } from "./tick-bed.ts";

const keptPath = `${paths.state}/config.json`;

const hostWith = (config: string = configText): FakeHost => {
  const host = createFakeHost();
  host.files.put(paths.config, config);
  host.files.put(host.binary, "the binary");
  return host;
};

const faultsOf = (loaded: Loaded): readonly string[] => (loaded.kind === "faults" ? loaded.faults.map(printFault) : []);

/** Puts a config into the kept file that nobody could mistake for the real one. */
const plant = async (host: FakeHost): Promise<void> => {
  await loadKept(host, paths, false);
  const { seal: _, ...kept } = JSON.parse(host.files.text(keptPath) ?? "{}");
  writeSealed(host, keptPath, { ...kept, config: { ...kept.config, host: "planted" } }, 0o640);
};

const hostNameFrom = async (host: FakeHost): Promise<string> => {
  const loaded = await loadKept(host, paths, false);
  return loaded.kind === "config" ? loaded.config.host : faultsOf(loaded).join("\n");
};

describe("loadKept()", () => {
  test("loadKept() keeps what it read, and reads that as long as config and binary are the same", async () => {
    const host = hostWith();
    const first = await loadKept(host, paths, false);
    const second = await loadKept(host, paths, false);
    expect(first).toMatchObject({ kind: "config", config: { host: "web-1" }, sha256: host.sha256(configText) });
    expect(second).toEqual(first);
    await plant(host);
    expect(await hostNameFrom(host)).toBe("planted");
  });

  test("loadKept() keeps a config whose recipe is spoilt since: the heal refuses it, and the red is told", async () => {
    const host = hostWith();
    await loadKept(host, paths, false);
    for (const spoilt of ["recipe: [", "recipe: restart-unit\nsteps: []\n"]) {
      host.files.put(`${paths.recipes}/restart-unit.yaml`, spoilt);
      expect(await loadKept(host, paths, false)).toMatchObject({ kind: "config", keepables: [] });
      const kept = host.files.text(keptPath);
      expect(kept).toContain(`"restart-unit":"${spoilt.length}.`);
      await loadKept(host, paths, false);
      expect(host.files.text(keptPath)).toBe(kept);
    }
    expect((await loadFresh(host, paths)).kind).toBe("faults");
  });

  test("loadKept() reads a config with presets afresh when a user's home is another than it was", async () => {
    const homes: Record<string, string> = { agents: "/home/agents" };
    const host = createFakeHost({ users: { agents: 1001 }, homes });
    host.files.put(paths.config, "chat: console\nchecks:\n  gw: { preset: openclaw, as: agents }\n");
    host.files.put(host.binary, "the binary");
    const boots = async (): Promise<unknown> => {
      const loaded = await loadKept(host, paths, false);
      return loaded.kind === "config" ? loaded.config.checks.at(-1) : faultsOf(loaded);
    };
    const at = (home: string) => ({ queue: { file: `${home}/.openclaw/state/openclaw.sqlite` } });
    expect(await boots()).toMatchObject(at("/home/agents"));
    await plant(host);
    expect(await hostNameFrom(host)).toBe("planted");
    homes["agents"] = "/srv/agents";
    expect(await boots()).toMatchObject(at("/srv/agents"));
    delete homes["agents"];
    expect(await boots()).toMatchObject(at("/home/agents"));
  });

  test("loadKept() takes a user's own install as that user's gateway", async () => {
    const host = createFakeHost({ uid: 1000, users: { agents: 1000 }, homes: { agents: "/srv/agents" } });
    host.files.put(paths.config, "chat: console\npreset: openclaw\n", { uid: 1000 });
    host.files.put(host.binary, "the binary");
    const loaded = await loadKept(host, { ...paths, install: "user" }, false);
    expect(loaded.kind === "config" ? loaded.config.checks[0] : loaded).toMatchObject({ unit: { scope: "user" } });
    const whole = await loadKept(host, paths, true);
    expect(whole.kind).toBe("config");
  });

  const fresh: readonly { readonly name: string; readonly given: (host: FakeHost) => FakeHost }[] = [
    {
      name: "the config has another byte",
      given: (host) => {
        host.files.put(paths.config, `${configText}\n`);
        return host;
      },
    },
    {
      name: "the binary has another size",
      given: (host) => {
        host.files.put(host.binary, "another binary");
        return host;
      },
    },
    {
      name: "the binary was written anew",
      given: (host) => {
        host.clock.advance(1000);
        host.files.put(host.binary, "the binary");
        return host;
      },
    },
    { name: "the host has another name", given: (host) => ({ ...host, hostname: "web-2" }) },
    {
      name: "the kept file was tampered with",
      given: (host) => {
        host.files.put(keptPath, (host.files.text(keptPath) ?? "").replace("planted", "tampered"));
        return host;
      },
    },
    {
      name: "the kept file is cut",
      given: (host) => {
        host.files.put(keptPath, (host.files.text(keptPath) ?? "").slice(0, 100));
        return host;
      },
    },
    {
      name: "the kept file can't be read",
      given: (host) => {
        host.files.fail("read", /config\.json/u, "EACCES");
        return host;
      },
    },
  ];
  for (const { name, given } of fresh)
    test(`loadKept() reads the config afresh when ${name}`, async () => {
      const host = hostWith();
      await plant(host);
      expect(await hostNameFrom(given(host))).toBe("web-1");
    });

  test("loadKept() asks every time whether the config may be trusted, kept or not", async () => {
    const host = hostWith();
    await loadKept(host, paths, false);
    host.files.put(paths.config, configText, { mode: 0o666 });
    expect(faultsOf(await loadKept(host, paths, false))[0]).toContain("others can write the file");
  });

  test("loadKept() keeps nothing in a dry run, and nothing of a config with a fault", async () => {
    const host = hostWith();
    await loadKept(host, paths, true);
    expect(host.files.text(keptPath)).toBeUndefined();
    host.files.put(paths.config, "chat: console\n");
    expect(await loadKept(host, paths, false)).toMatchObject({ kind: "faults" });
    expect(host.files.text(keptPath)).toBeUndefined();
  });

  test("loadKept() works where the kept file can't be written", async () => {
    const host = hostWith();
    host.files.fail("replace", /./u, "ENOSPC");
    expect(await hostNameFrom(host)).toBe("web-1");
  });

  test("loadKept() refuses a file that changed between two looks at it", async () => {
    const host = hostWith();
    const { read } = host.files;
    let reads = 0;
    host.files.read = (path, most) => {
      if (path === paths.config && ++reads === 2) host.files.put(paths.config, `${configText}# edited\n`);
      return read(path, most);
    };
    expect(faultsOf(await loadKept(host, paths, false))).toEqual([
      `${paths.config}:1:1: the file changed while it was read; run the command again`,
    ]);
  });

  test("loadKept() writes no secret into the kept file", async () => {
    const host = hostWith();
    host.files.put(`${paths.credentials.path}/telegram-token`, "hush-hush", { mode: 0o600 });
    await loadKept(host, paths, false);
    expect(host.files.text(keptPath)).not.toContain("hush");
  });
});

describe("loadFresh()", () => {
  test("loadFresh() tells a config that isn't there", async () => {
    expect(faultsOf(await loadFresh(createFakeHost(), paths))).toEqual([
      `${paths.config}:1:1: cannot read the file: no such file or directory`,
    ]);
  });

  test("loadFresh() tells the faults of config and recipes in one list, by place", async () => {
    const host = hostWith(
      configText
        .replace("restart-unit", "restart-unti")
        .replace("gateway.service }\nremind", "x.service, y: 1 }\nremind"),
    );
    expect(faultsOf(await loadFresh(host, paths))).toEqual([
      `${paths.config}:17:15: there is no recipe "restart-unti": did you mean "restart-unit"?`,
    ]);
  });

  test("loadFresh() takes the admin's own recipe beside the config", async () => {
    const host = hostWith(
      configText.replace("restart-unit", "mine").replace("{ unit: gateway.service }\nremind", "{}\nremind"),
    );
    host.files.put(
      `${paths.recipes}/mine.yaml`,
      "recipe: mine\ntreats: x\nsteps: [[/usr/bin/true]]\nproof: { within: 5m }\n",
    );
    expect(await loadFresh(host, paths)).toMatchObject({ kind: "config", warnings: [] });
  });
});
