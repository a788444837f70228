import { expect, test } from "bun:test";
import { keyCommand } from "../../src/cli/log-key.ts";
import { folder, logFile, type SealedBed, sealsFile, threeDays } from "../seal/sealed-bed.ts";
import { flags, paths } from "../tick-bed.ts";

const ask = async ({ host }: SealedBed) => {
  const cli = { host, paths: { ...paths, helper: folder, logFile }, words: ["key"], flags };
  return { exit: await keyCommand(cli), out: host.terminal.stdout, err: host.terminal.stderr };
};

test("log key prints the first key of the seals, and tells on stderr what to do with it", async () => {
  const bed = threeDays();
  const { exit, out, err } = await ask(bed);
  expect([exit, out]).toEqual([0, `${bed.first()}\n`]);
  expect(err).toStartWith("Keep this line away from this host");
});

test("log key says where the seals begin later than the key: somebody's logrotate moved those before", async () => {
  const bed = threeDays();
  bed.host.files.put(sealsFile, bed.seals()[2] ?? "");
  const later = await ask(bed);
  expect([later.exit, later.out]).toEqual([74, ""]);
  expect(later.err).toContain(`"${sealsFile}" doesn't hold seal 0`);
});

test("log key tells too what the making of seals had to say, as nobody else would", async () => {
  const bed = threeDays();
  bed.host.files.remove(sealsFile);
  const { exit, err } = await ask(bed);
  expect(exit).toBe(74);
  expect(err).toContain("doesn't end with seal 2: seals were cut off or changed");
});
