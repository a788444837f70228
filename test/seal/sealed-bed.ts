import { logCommand } from "../../src/cli/log.ts";
import { openJournal } from "../../src/heal/journal.ts";
import { sha256 } from "../../src/host/digest.ts";
import { writeNote } from "../../src/seal/note.ts";
import { type Seal, sealText } from "../../src/seal/seal.ts";
import { fromBase64, vkeyOf } from "../../src/seal/vkey.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";

export const folder = "/var/lib/dogwatch-heal";
export const logFile = "/var/log/dogwatch/heal.jsonl";
export const sealsFile = "/var/log/dogwatch/heal.seals";
export const keyFile = "/var/lib/dogwatch-heal/seal.key";
/** In milliseconds. */
export const day: number = 86_400_000;

/** A host whose log is written and sealed by the journal, as helper and tick do. */
export interface SealedBed {
  readonly host: FakeHost;
  /** Writes this many lines, one after the other, a minute apart. */
  write(lines: number): void;
  /** As the day's first tick does. */
  seal(): void;
  lines(): readonly string[];
  seals(): readonly string[];
  /** The first key of the seals as they stand. */
  first(): string;
  /** `log verify` with these words; gives its exit status and what it printed. */
  verify(...words: readonly string[]): Promise<{ readonly exit: number; readonly out: string }>;
}

export const createSealedBed = (host: FakeHost = createFakeHost()): SealedBed => {
  host.files.putFolder(folder, {});
  const text = (path: string): string => host.files.text(path) ?? "";
  const journal = () => openJournal(host, { folder, logFile, hostName: "web-1", isReadOnly: false, rotation: null });
  return {
    host,
    write: (lines) => {
      for (let i = 0; i < lines; i += 1) {
        host.clock.advance(60_000);
        journal().enter((book) => ({
          entries: [{ event: "silence.added", by: "uid:0", check: "gateway", why: "test" }],
          book,
        }));
      }
    },
    seal: () => void journal().seal(),
    lines: () => text(logFile).split("\n").slice(0, -1),
    seals: () => text(sealsFile).split(/(?<=\n\n)(?=dogwatch)/u),
    first: () => /^first (\S+)$/mu.exec(text(sealsFile))?.[1] ?? "",
    verify: async (...words) => {
      host.terminal.stdout = "";
      host.terminal.stderr = "";
      const exit = await logCommand(host, ["verify", ...words], { logFile }, false);
      return { exit, out: host.terminal.stdout + host.terminal.stderr };
    },
  };
};

/** Lines 1 to 3 on the 23rd, 4 to 6 on the 24th, 7 and 8 on the 25th, which is today: seal 1 holds line 3, seal 2 line 6. */
export const threeDays = (): SealedBed => {
  const bed = createSealedBed();
  bed.seal();
  bed.write(3);
  bed.host.clock.advance(day);
  bed.write(3);
  bed.host.clock.advance(day);
  bed.write(2);
  return bed;
};

/** What a line says. */
export type Said = Record<string, string | number>;

/** Changes a log as root can: each line goes through `edit`, which gives what stands in its place, and the chain is made anew so that it is whole. */
export const rewrite = ({ host, lines }: SealedBed, edit: (said: Said) => readonly Said[]): void => {
  let prev = "0".repeat(64);
  const kept = lines().flatMap((line): readonly Said[] => edit(JSON.parse(line)));
  const text = kept.map((said, at) => {
    const line = JSON.stringify({ ...said, seq: at + 1, prev });
    prev = sha256(line);
    return `${line}\n`;
  });
  host.files.put(logFile, text.join(""));
};

/** The head of the log as it stands. */
export const headOf = ({ lines }: SealedBed): Seal["head"] => ({
  seq: lines().length,
  sha256: sha256(lines().at(-1) ?? ""),
});

/** The key that lies on the host. */
export const presentKey = ({ host }: SealedBed): { readonly name: string; readonly seed: Uint8Array } => {
  const [, name = "", base64 = ""] = /^name (\S+)\n.*^seed (\S+)$/msu.exec(host.files.text(keyFile) ?? "") ?? [];
  return { name, seed: fromBase64(base64) ?? new Uint8Array() };
};

/** A seal that is signed by whoever has this seed. */
export const sign = (
  { host }: SealedBed,
  { name, seed }: { readonly name: string; readonly seed: Uint8Array },
  seal: Seal,
): string => {
  const text = sealText(seal);
  return `${writeNote(text, vkeyOf(name, host.signing.publicKey(seed)), host.signing.sign(seed, text))}\n`;
};
