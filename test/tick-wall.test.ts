import { describe, expect, test } from "bun:test";
import type { Request } from "../src/heal/wire.ts";
import type { Failure, Host } from "../src/host/host.ts";
import type { LinePeer, NextLine } from "../src/host/peers.ts";
import { keepMemory } from "../src/state/look-memory.ts";
import { reading } from "./checks.ts";
import { answer } from "./fake-facts.ts";
import type { FakeHost } from "./fake-host.ts";
import { configText, createTickBed, paths, type TickBed, type Ticked } from "./tick-bed.ts";

const socket = "/run/dogwatch-heal.sock";
const statePath = `${paths.state}/state.json`;

/** What root's side does with a request: lines that it says, or that it hangs up. Nothing: it stays silent. */
type Does = readonly (object | string | Exclude<NextLine, { readonly kind: "line" }>)[];
type Script = Partial<Record<Request["do"], (request: Request) => Does>>;

const head = { seq: 7, sha256: "9f3ac2d1c07be55a".repeat(4) };
const besides = { head, notes: [], trouble: null };
const end = { kind: "end" } as const;

const healed = {
  ...{ outcome: "watching", recipe: "restart-unit", unit: "gateway.service", isUserUnit: false, check: "unit" },
  ...{ sick: ["unit"], incident: "x", card: null, why: "", steps: [], readings: {}, reasons: {} },
};

const usual: Required<Script> = {
  hello: () => [{ is: "hello", ...besides }],
  incidents: () => [{ is: "incidents", incidents: {}, ...besides }],
  story: () => [{ is: "story", story: { entries: [], isCut: false, check: { kind: "none" } }, ...besides }],
  look: () => [{ is: "readings", readings: {}, ...besides }],
  suspect: () => [{ is: "noted", ...besides }],
  enter: () => [{ is: "entered", ...besides }],
  heal: () => [
    { is: "applying", healed, ...besides },
    {
      is: "healed",
      healed: { ...healed, outcome: "healed", why: "ok twice", readings: { unit: reading("ok") } },
      ...besides,
    },
  ],
  keep: () => [{ is: "noted", ...besides }],
  seal: () => [{ is: "sealed", seal: 4, ...besides }],
  tidy: () => [{ is: "noted", ...besides }],
};

interface Wall {
  readonly bed: TickBed;
  readonly asked: Request[];
  tick(isDryRun?: boolean): Promise<Ticked & { readonly json: ReturnType<typeof JSON.parse>; readonly tookMs: number }>;
}

const createPeer = ({ clock }: FakeHost, asked: Request[], script: Script): LinePeer => {
  const queue: NextLine[] = [];
  let isOpen = true;
  return {
    send: async (line) => {
      const request: Request = JSON.parse(line);
      asked.push(request);
      if (!isOpen) return false;
      for (const each of (script[request.do] ?? usual[request.do])(request)) {
        if (typeof each === "string") queue.push({ kind: "line", text: each });
        else if ("kind" in each) queue.push(each);
        else queue.push({ kind: "line", text: JSON.stringify(each) });
      }
      return true;
    },
    next: async (timeoutMs) => {
      const next = queue.shift();
      if (next === undefined) await clock.sleep(timeoutMs);
      if (next?.kind === "end") isOpen = false;
      return next ?? { kind: "late" };
    },
    close: () => {
      isOpen = false;
    },
  };
};

/** A host behind the wall whose gateway just died; root's side does what `script` says. A green tick has asked it nothing. */
const createWall = async (script: Script | Failure, config: string = configText): Promise<Wall> => {
  const bed = createTickBed(config, { ...paths, socket, helper: "/var/lib/dogwatch-heal" });
  const asked: Request[] = [];
  const { host } = bed;
  host.files.put(socket, "");
  let now: Script | Failure = {};
  const machine: Host = {
    ...host,
    peers: { ...host.peers, connect: async () => ("kind" in now ? now : createPeer(host, asked, now)) },
  };
  await bed.tick({}, machine);
  asked.length = 0;
  now = script;
  await bed.tick({}, machine);
  expect(asked).toEqual([]);
  bed.kill();
  return {
    bed,
    asked,
    tick: async (isDryRun = false) => {
      const startMs = host.clock.monotonicMs() + 300_000;
      const ticked = await bed.tick({ isJson: true, isDryRun }, machine);
      return { ...ticked, json: JSON.parse(ticked.out), tookMs: host.clock.monotonicMs() - startMs };
    },
  };
};

const cannot = (why: string): string => {
  const isGone = why.startsWith("no such file");
  const stays = why.startsWith("it refused") ? "sudo dogwatch tick" : "systemctl status dogwatch-heal.socket";
  const remedy = isGone ? "sudo systemctl enable --now dogwatch-heal.socket" : stays;
  return `cannot reach the heal helper at "${socket}": ${why}; run: ${remedy}`;
};
const failed = (code: string, why: string): Failure => ({ kind: "failed", code, why });

describe("tick() that can't reach root's side of the wall", () => {
  const cases: readonly {
    readonly name: string;
    readonly given: Script | Failure;
    readonly want: string;
    readonly exit: number;
  }[] = [
    {
      name: "there is no socket",
      given: failed("ENOENT", "no such file or directory"),
      want: "no such file or directory",
      exit: 73,
    },
    {
      name: "it may not open the socket",
      given: failed("EACCES", "permission denied"),
      want: "permission denied",
      exit: 73,
    },
    {
      name: "nobody listens",
      given: failed("ECONNREFUSED", "connection refused"),
      want: "connection refused",
      exit: 74,
    },
    { name: "nothing is answered at all", given: { hello: () => [] }, want: "no answer in 20 s", exit: 74 },
    { name: "it hangs up at once", given: { hello: () => [end] }, want: "it hung up", exit: 74 },
    {
      name: "something else answers",
      given: { hello: () => ["HTTP/1.1 400 Bad Request"] },
      want: "its answer is none",
      exit: 74,
    },
    {
      name: "the answer doesn't end",
      given: { hello: () => [{ kind: "too-long" }] },
      want: "its answer is too long",
      exit: 74,
    },
    {
      name: "root reads another config",
      given: {
        hello: () => [
          {
            is: "refused",
            code: "REFUSED",
            why: "it is about another config than the one that root reads",
            ...besides,
          },
        ],
      },
      want: "it refused: it is about another config than the one that root reads",
      exit: 74,
    },
    { name: "it hangs up when asked to write down", given: { enter: () => [end] }, want: "it hung up", exit: 74 },
    { name: "it hangs up when asked to heal", given: { heal: () => [end] }, want: "it hung up", exit: 74 },
    { name: "it answers a heal with garbage", given: { heal: () => ["{"] }, want: "its answer is none", exit: 74 },
    {
      name: "it refuses to heal",
      given: { heal: () => [{ is: "refused", code: "REFUSED", why: "it is no request", ...besides }] },
      want: "it refused: it is no request",
      exit: 74,
    },
  ];
  for (const { name, given, want, exit } of cases)
    test(`tick() still sends the red, says why nothing is healed and ends with ${exit} when ${name}`, async () => {
      const { bed, tick } = await createWall(given);
      const { json, exit: ended } = await tick();
      expect(json).toMatchObject({ heal: { outcome: "refused" }, troubles: [cannot(want)], exit });
      expect(json.heal.why).toStartWith(cannot(want));
      expect(ended).toBe(exit);
      expect(bed.received).toHaveLength(1);
      expect(bed.received[0]).toStartWith("RED web-1 · unit: failed");
      expect(bed.received[0]).toContain(`\nNot healed: cannot reach the heal helper`);
      expect(bed.host.files.text(statePath)).toContain('"outbox":[]');
      expect(bed.restarts()).toBe(0);
    });

  test("tick() tells the dead-man's switch the helper's own remedy, not that of a full disk", async () => {
    const url = "https://hc-ping.com/4f6a3a2e-1d0b-4c57-9f7e-1a2b3c4d5e6f";
    const { bed, tick } = await createWall({ hello: () => [end] }, `${configText}deadman: { url: "${url}" }\n`);
    const script = bed.host.http.script;
    bed.host.http.script = (request) => (request.for === "deadman" ? answer(200, "OK") : script(request));
    await tick();
    expect(bed.host.http.sent.at(-1)?.url).toContain("/fail");
    expect(bed.host.http.sent.at(-1)?.body).toContain("\nrun: systemctl status dogwatch-heal.socket\n");
  });

  for (const what of ["hello", "suspect", "incidents", "enter", "heal"] as const)
    test(`tick() sends the red within 30 s of its verdict when "${what}" isn't answered, and ends in its time`, async () => {
      const { bed, tick } = await createWall({ [what]: () => [] });
      let toldMs = 0;
      const chat = bed.chat();
      const startMs = bed.host.clock.monotonicMs() + 300_000;
      bed.chat = () => {
        toldMs ||= bed.host.clock.monotonicMs() - startMs;
        return chat;
      };
      const { json, tookMs } = await tick();
      expect(json).toMatchObject({ heal: { outcome: "refused" }, exit: 74 });
      expect(json.troubles).toEqual([expect.stringContaining("no answer in")]);
      // The verdict comes 10 s after the first look.
      expect(toldMs).toBeLessThanOrEqual(40_000);
      expect(tookMs).toBeLessThan(150_000);
    });

  for (const { name, lost, want, told } of [
    { name: "hangs up", lost: [end], want: "indeterminate", told: "\nHeal cut off: restart-unit on gateway.service: " },
    {
      name: "says garbage",
      lost: ["?"],
      want: "indeterminate",
      told: "\nHeal cut off: restart-unit on gateway.service: ",
    },
    {
      name: "is silent from then on",
      lost: [],
      want: "watching",
      told: "\nHealing: restart-unit on gateway.service was applied, its proof is being watched\n",
    },
  ])
    test(`tick() takes a heal for ${want} when root's side applies it and then ${name}`, async () => {
      const { bed, tick } = await createWall({ heal: () => [{ is: "applying", healed, ...besides }, ...lost] });
      const { json, exit } = await tick();
      expect(json).toMatchObject({ heal: { outcome: want, recipe: "restart-unit", check: "unit" }, exit: 74 });
      expect(json.troubles).toHaveLength(1);
      expect(exit).toBe(74);
      expect(bed.received).toHaveLength(1);
      expect(bed.received[0]).toContain(told);
    });

  test("tick() has root's side see a unit active once a boot, where a clean exit is to be healed", async () => {
    const bed = createTickBed(configText.replace("with: {", "heal_clean_exit: true\n      with: {"), {
      ...paths,
      ...{ socket, helper: "/var/lib/dogwatch-heal" },
    });
    const asked: Request[] = [];
    const { host } = bed;
    const connect = async (): Promise<LinePeer> => createPeer(host, asked, {});
    const machine: Host = { ...host, peers: { ...host.peers, connect } };
    const looks = (): readonly Request[] => asked.filter((each) => each.do === "look");
    await bed.tick({}, machine);
    expect(looks()).toEqual([{ do: "look", checks: ["unit"] }]);
    host.files.makeFolder("/var/lib/dogwatch-heal", 0o750);
    keepMemory(host, "/var/lib/dogwatch-heal", { unit: { activeBoot: host.clock.bootId() } });
    await bed.tick({}, machine);
    await bed.tick({}, machine);
    expect(looks()).toHaveLength(1);
  });

  test("tick() opens a new incident for a red whose old one root's side has closed without being heard", async () => {
    let isClosed = false;
    const none = { ...healed, outcome: "none", readings: {}, sick: [] };
    const { asked, bed, tick } = await createWall({
      heal: () => [{ is: "healed", healed: isClosed ? { ...none, closed: ["unit"] } : none, ...besides }],
    });
    const opened = (): readonly string[] =>
      asked.flatMap((each) =>
        each.do === "enter"
          ? each.events.flatMap((event) => (event.event === "incident.opened" ? [event.incident] : []))
          : [],
      );
    await tick();
    await tick();
    expect(opened()).toHaveLength(1);
    isClosed = true;
    await tick();
    await tick();
    expect(new Set(opened()).size).toBe(2);
    expect(bed.received.map((text) => text.split(" ", 1)[0])).toEqual(["RED", "RED"]);
  });

  test("tick() still judges, and says what it can't see, when the helper's looks fail", async () => {
    const { tick } = await createWall({ suspect: () => [end] });
    expect((await tick()).json).toMatchObject({ verdict: "red", troubles: [cannot("it hung up")] });
  });
});

describe("tick() on a new day", () => {
  test("tick() with the helper stopped stays well while nothing needs it, and says that the log isn't sealed", async () => {
    const bed = createTickBed(configText, { ...paths, socket, helper: "/var/lib/dogwatch-heal" });
    const connects: string[] = [];
    const connect = async (path: string): Promise<Failure> => {
      connects.push(path);
      return failed("ECONNREFUSED", "connection refused");
    };
    const machine: Host = { ...bed.host, peers: { ...bed.host.peers, connect } };
    // The first tick of all asks for incidents that it may have forgotten.
    await bed.tick({}, machine);
    connects.length = 0;
    const stopped = await bed.tick({}, machine);
    expect({ exit: stopped.exit, connects }).toEqual({ exit: 0, connects: [] });
    expect(stopped.out).toContain("the heal log is not sealed today: the heal helper is stopped");
    bed.host.files.put(socket, "");
    expect((await bed.tick({}, machine)).exit).toBe(74);
    expect(connects).toEqual([socket]);
  });
});

describe("tick() across the wall", () => {
  test("tick() asks in order: suspects, incidents, events, the heal; all by names alone", async () => {
    const { bed, asked, tick } = await createWall({});
    const { json, exit } = await tick();
    expect([json.heal.outcome, exit, json.troubles]).toEqual(["healed", 0, []]);
    expect(bed.received.map((text) => text.split(" ", 1)[0])).toEqual(["HEALED"]);
    expect(bed.received[0]).toEndWith("\nlog 7:9f3ac2d1c07be55a");
    const incident = expect.stringMatching(/^unit-\d{8}T\d{6}Z$/u);
    expect(asked).toEqual([
      { do: "hello", version: 1, config: expect.stringMatching(/^[0-9a-f]{64}$/u) },
      { do: "suspect", checks: ["unit"] },
      { do: "incidents" },
      { do: "enter", events: [{ event: "incident.opened", incident, check: "unit", evidence: expect.any(String) }] },
      { do: "heal", red: ["unit"], incidents: [{ check: "unit", incident }], dryRun: false },
    ]);
  });

  test("tick() tells root's side of a dry run, asks it to change nothing, and changes nothing itself", async () => {
    const planned = { ...healed, outcome: "planned", steps: [["/usr/bin/systemctl", "restart", "gateway.service"]] };
    const { bed, asked, tick } = await createWall({ heal: () => [{ is: "healed", healed: planned, ...besides }] });
    const before = bed.files();
    const { json, exit } = await tick(true);
    expect([json.heal.outcome, exit]).toEqual(["planned", 0]);
    expect(asked[0]).toMatchObject({ do: "hello", dryRun: true });
    expect(asked.map((each) => each.do)).toEqual(["hello", "suspect", "incidents", "heal"]);
    expect(bed.files()).toEqual(before);
    expect(bed.received).toEqual([]);
  });

  test("tick() hands on what root's side says of its own files", async () => {
    const trouble = { code: "ENOSPC", why: "no space left on device" };
    const { bed, tick } = await createWall({
      enter: () => [{ is: "failed", code: "ENOSPC", why: "no space left on device", head, notes: [], trouble }],
    });
    expect((await tick()).json).toMatchObject({
      heal: { outcome: "refused" },
      troubles: ["cannot write the heal log: no space left on device"],
      exit: 74,
    });
    expect(bed.received[0]).toContain(
      "cannot write the heal log: no space left on device; nothing is changed without a record",
    );
  });
});
