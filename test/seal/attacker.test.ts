import { describe, expect, test } from "bun:test";
import { logCommand } from "../../src/cli/log.ts";
import { parseSeal, type Seal } from "../../src/seal/seal.ts";
import { vkeyOf } from "../../src/seal/vkey.ts";
import {
  day,
  headOf,
  keyFile,
  logFile,
  presentKey,
  rewrite,
  type Said,
  type SealedBed,
  sealsFile,
  sign,
  threeDays,
} from "./sealed-bed.ts";

/** Root since noon of the third day: has every file, and the key of that day. */
const told = (bed: SealedBed, number: number): Seal => {
  const text = bed.seals()[number]?.split("\n\n")[0];
  const seal = parseSeal({ text: `${text}\n` });
  if (seal === undefined) throw new Error(`there is no seal ${number}`);
  return seal;
};
const put = ({ host }: SealedBed, ...seals: readonly (string | undefined)[]): void =>
  host.files.put(sealsFile, seals.join(""));
const keep = (said: Said): readonly Said[] => [said];
const lie =
  (line: number) =>
  (said: Said): readonly Said[] =>
    keep(said["seq"] === line ? { ...said, why: "nothing happened" } : said);

interface Attack {
  readonly name: string;
  readonly attack: (bed: SealedBed) => void;
  readonly named: RegExp;
}

const attacks: readonly Attack[] = [
  ...[1, 2, 3, 4, 5, 6].map(
    (line): Attack => ({
      name: `writes line ${line} anew, and the chain behind it`,
      attack: (bed) => rewrite(bed, lie(line)),
      named:
        line <= 3 ? /lines 1 to 3 are not what seal 1 has sealed/u : /lines 4 to 6 are not what seal 2 has sealed/u,
    }),
  ),
  ...[1, 2, 3, 4, 5, 6].map(
    (line): Attack => ({
      name: `takes line ${line} out, and numbers the rest anew`,
      attack: (bed) => rewrite(bed, (said) => (said["seq"] === line ? [] : [said])),
      named: line <= 3 ? /not what seal 1 has sealed/u : /not what seal 2 has sealed/u,
    }),
  ),
  ...[1, 2, 3, 4, 5, 6].map(
    (line): Attack => ({
      name: `puts a line before line ${line}`,
      attack: (bed) => rewrite(bed, (said) => (said["seq"] === line ? [{ ...said, why: "oh" }, said] : [said])),
      named: line <= 3 ? /not what seal 1 has sealed/u : /not what seal 2 has sealed/u,
    }),
  ),
  {
    name: "cuts the log off in the second day",
    attack: (bed) => rewrite(bed, (said) => (Number(said["seq"]) > 5 ? [] : [said])),
    named: /line 6 is cut off: the log ends at line 5, and seal 2 has sealed line 6/u,
  },
  {
    name: "takes a seal out of the middle",
    attack: (bed) => {
      rewrite(bed, lie(2));
      put(bed, bed.seals()[0], bed.seals()[2]);
    },
    named: /seal 1 is missing: after seal 0 comes seal 2/u,
  },
  {
    name: "takes all seals away",
    attack: (bed) => {
      rewrite(bed, lie(2));
      bed.host.files.remove(sealsFile);
    },
    named: /no seal here is by your key/u,
  },
  {
    name: "makes seal 2 anew with today's key",
    attack: (bed) => {
      rewrite(bed, lie(5));
      const { lines } = bed;
      const at6 = bed.host.sha256(lines()[5] ?? "");
      const forged = { ...told(bed, 2), head: { seq: 6, sha256: at6 } };
      put(bed, bed.seals()[0], bed.seals()[1], sign(bed, presentKey(bed), forged));
    },
    named: /seal 2 is not by the key that seal 1 names: it was forged/u,
  },
  {
    name: "makes seals 1 and 2 anew with today's key, which seal 1 names",
    attack: (bed) => {
      const key = presentKey(bed);
      const next = vkeyOf(key.name, bed.host.signing.publicKey(key.seed)).text;
      put(bed, bed.seals()[0], sign(bed, key, { ...told(bed, 1), next }), sign(bed, key, { ...told(bed, 2), next }));
    },
    named: /seal 1 is not by the key that seal 0 names/u,
  },
  {
    name: "changes the head in seal 2 and leaves its signature",
    attack: (bed) => {
      rewrite(bed, lie(5));
      const at6 = bed.host.sha256(bed.lines()[5] ?? "");
      const text = bed.host.files.text(sealsFile) ?? "";
      put(bed, text.replace(told(bed, 2).head.sha256, at6));
    },
    named: /seal 2 is not what the key that seal 1 names signed: it was changed/u,
  },
  {
    name: "begins the keys anew, with a log of his own",
    attack: (bed) => {
      rewrite(bed, lie(1));
      bed.host.files.remove(sealsFile);
      bed.host.files.remove(keyFile);
      bed.seal();
    },
    named: /no seal here is by your key/u,
  },
  {
    name: "loses the key, so that another chain begins behind the true seals",
    attack: (bed) => {
      bed.host.files.remove(keyFile);
      bed.seal();
    },
    named: /after seal 2 another chain of keys begins/u,
  },
  {
    name: "begins the keys anew behind the true seals, and rewrites the first day",
    attack: (bed) => {
      bed.host.files.remove(keyFile);
      rewrite(bed, lie(1));
      bed.seal();
    },
    named: /lines 1 to 3 are not what seal 1 has sealed/u,
  },
  {
    name: "replays seal 1 at the end",
    attack: (bed) => put(bed, ...bed.seals(), bed.seals()[1]),
    named: /after seal 2 an older one stands again, seal 1/u,
  },
  {
    name: "puts seal 1 in the place of seal 2",
    attack: (bed) => put(bed, bed.seals()[0], bed.seals()[1], bed.seals()[1]),
    named: /after seal 1 an older one stands again, seal 1/u,
  },
  {
    name: "cuts off the newest seal, and rewrites the second day",
    attack: (bed) => {
      rewrite(bed, lie(5));
      put(bed, bed.seals()[0], bed.seals()[1]);
    },
    named: /line 7 is of 2026-11-25, and no seal was made that day, the newest is seal 1 of 2026-11-24/u,
  },
  {
    name: "cuts off the seals but the first, and rewrites the first day",
    attack: (bed) => {
      rewrite(bed, lie(2));
      put(bed, bed.seals()[0]);
    },
    named: /line 4 is of 2026-11-24, and no seal was made that day, the newest is seal 0 of 2026-11-23/u,
  },
  {
    name: "cuts a seal in two",
    attack: (bed) => put(bed, bed.seals()[0], bed.seals()[1], bed.seals()[2]?.slice(0, -40)),
    named: /what stands after seal 1 is no whole seal/u,
  },
  {
    name: "sets the clock back a day and goes on, and rewrites the second day",
    attack: (bed) => {
      bed.host.clock.setWall(bed.host.clock.nowMs() - day);
      bed.write(1);
      rewrite(bed, lie(5));
    },
    named: /lines 4 to 6 are not what seal 2 has sealed/u,
  },
  {
    name: "signs ahead for days to come, and rewrites the second day",
    attack: (bed) => {
      rewrite(bed, lie(5));
      bed.host.clock.advance(day);
      bed.seal();
      bed.host.clock.advance(day);
      bed.seal();
    },
    named: /lines 4 to 6 are not what seal 2 has sealed/u,
  },
];

describe("log verify --key FIRST, against root who came on the third day", () => {
  test("log verify --key is content with what nobody touched", async () => {
    const bed = threeDays();
    const { exit, out } = await bed.verify("--key", bed.first(), "--through", "2026-11-24");
    expect(out).toBe(
      `ok: 8 lines, the chain is whole\nhead 8:${headOf(bed).sha256}\n` +
        "sealed through 2026-11-24 (line 6): seals 0 to 2 are by your key, the newest made 2026-11-25T02:12:00.000Z\n" +
        "note: lines 7 to 8 are not sealed yet: whoever is root since then can have\n" +
        "      changed what they say\n",
    );
    expect(exit).toBe(0);
  });

  test("log verify --key says that seal 0 alone seals nothing: whoever is root on that day makes it anew", async () => {
    const bed = threeDays();
    put(bed, bed.seals()[0]);
    rewrite(bed, (said) => [{ ...said, at: `${told(bed, 0).made.slice(0, 10)}T23:00:00.000Z` }]);
    const { exit, out } = await bed.verify("--key", bed.first());
    expect(out).toContain("\nnothing is sealed yet: seal 0 is by your key, made ");
    expect(out).toContain("\nnote: lines 1 to 8 are not sealed yet");
    expect(exit).toBe(0);
  });

  test("log verify --through a day that isn't over is a wrong word, no tampering", async () => {
    const bed = threeDays();
    expect((await bed.verify("--key", bed.first(), "--through", "2026-11-25")).exit).toBe(64);
    expect(bed.host.terminal.stderr).toContain(
      "2026-11-25 is not over in UTC, so it can't be sealed yet\n  Give an earlier day: --through 2026-11-24",
    );
  });

  test("log verify --key says that a program converted the seals", async () => {
    const bed = threeDays();
    const first = bed.first();
    bed.host.files.put(sealsFile, (bed.host.files.text(sealsFile) ?? "").replaceAll("\n", "\r\n"));
    const { exit, out } = await bed.verify("--key", first);
    expect(exit).toBe(1);
    expect(out).toContain("the lines of the seals end in CR LF");
  });

  test("log verify --key refuses a day that isn't over, and one that is none", async () => {
    const bed = threeDays();
    for (const day of ["2026-11-25", "2026-13-45"])
      expect((await bed.verify("--key", bed.first(), "--through", day)).exit).toBe(64);
  });

  test("log verify --key tells of a broken log how far its lines are as they were sealed, and that the seals are whole", async () => {
    const bed = threeDays();
    bed.host.files.put(logFile, `${bed.lines().join("\n")}\n`.replace('"seq":5', '"seq":9'));
    const { exit, out } = await bed.verify("--key", bed.first());
    expect(exit).toBe(1);
    expect(out).toContain("TAMPERED: line 5");
    expect(out).toContain("the seals by themselves are whole: seals 0 to 2 are by your key");
    expect(out).toContain("lines up to 3 are as seal 1 has sealed them, through 2026-11-23");
    bed.host.terminal.stdout = "";
    expect(await logCommand(bed.host, ["verify", "--key", bed.first()], { logFile }, true)).toBe(1);
    expect(JSON.parse(bed.host.terminal.stdout)).toMatchObject({
      result: "tampered",
      fault: { seq: 5 },
      sealed: { seals: 3, through: { line: 3 }, faults: [] },
    });
  });

  for (const { name, attack, named } of attacks)
    test(`log verify --key names him who ${name}`, async () => {
      const bed = threeDays();
      const first = bed.first();
      attack(bed);
      const { exit, out } = await bed.verify("--key", first);
      expect(out).toMatch(named);
      expect(exit).toBe(1);
    });

  test("log verify without the key sees none of a log that was written anew", async () => {
    const bed = threeDays();
    rewrite(bed, lie(2));
    expect((await bed.verify()).exit).toBe(0);
  });

  test("no file of the third day holds a key of the days before", () => {
    const bed = threeDays();
    const { seed } = presentKey(bed);
    expect(seed).toHaveLength(32);
    const next = /^next (\S+)$/gmu;
    const keys = [...(bed.host.files.text(sealsFile) ?? "").matchAll(next)].map(([, key]) => key);
    expect(keys).toHaveLength(3);
    expect(vkeyOf("dogwatch/web-1", bed.host.signing.publicKey(seed)).text).toBe(keys[2] ?? "");
    expect(bed.host.files.paths().filter((path) => /^seed /mu.test(bed.host.files.text(path) ?? ""))).toEqual([
      keyFile,
    ]);
  });
});

describe("what he can still do, and what shows it", () => {
  test("he rewrites lines of his own day: log verify says that they aren't sealed, and a head from before names them", async () => {
    const bed = threeDays();
    const { seq, sha256 } = headOf(bed);
    rewrite(bed, lie(7));
    const { exit, out } = await bed.verify("--key", bed.first());
    expect(exit).toBe(0);
    expect(out).toContain("sealed through 2026-11-24 (line 6)");
    expect(out).toContain("lines 7 to 8 are not sealed yet");
    expect((await bed.verify("--key", bed.first(), "--head", `${seq}:${sha256}`)).exit).toBe(1);
  });

  const cutAndRedated = (): SealedBed => {
    const bed = threeDays();
    put(bed, bed.seals()[0], bed.seals()[1]);
    rewrite(bed, lie(5));
    rewrite(bed, (said) => keep(Number(said["seq"]) < 7 ? said : { ...said, at: "2026-11-24T23:00:00.000Z" }));
    return bed;
  };

  test("he cuts off the newest seal and dates its lines back: the last sealed day is a day early, and --through names it", async () => {
    const bed = cutAndRedated();
    const { exit, out } = await bed.verify("--key", bed.first());
    expect(exit).toBe(0);
    expect(out).toContain("sealed through 2026-11-23 (line 3): seals 0 to 1 are by your key");
    expect(out).toContain("lines 4 to 8 are not sealed yet");
    const asked = await bed.verify("--key", bed.first(), "--through", "2026-11-24");
    expect(asked.out).toContain(
      "TAMPERED: it is sealed through 2026-11-23 only, not 2026-11-24: newer seals were cut off",
    );
    expect(asked.exit).toBe(1);
  });

  test("he can never seal again: the newest seal grows old, and log verify says so", async () => {
    const bed = cutAndRedated();
    bed.host.clock.advance(2 * day);
    bed.seal();
    const { exit, out } = await bed.verify("--key", bed.first());
    expect(out).toMatch(/seal 2 is missing: after seal 1 comes seal 3/u);
    expect(exit).toBe(1);
    put(bed, bed.seals()[0], bed.seals()[1]);
    const later = await bed.verify("--key", bed.first());
    expect(later.out).toContain("note: the newest seal is 3 d old");
  });

  test("a later key that the auditor kept names him too", async () => {
    const bed = threeDays();
    const { next } = told(bed, 1);
    const { out, exit } = await bed.verify("--key", next);
    expect(out).toContain("seal 2 is by your key");
    expect(exit).toBe(0);
    put(bed, bed.seals()[0], bed.seals()[1]);
    expect((await bed.verify("--key", next)).out).toContain("no seal here is by your key yet: seal 1 names it");
  });
});
