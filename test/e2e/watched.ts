import { afterAll, afterEach, beforeAll, beforeEach, expect } from "bun:test";
import { array, type GenericSchema, number, object, optional, parse, string } from "valibot";
import { Bed, nodePath } from "./bed.ts";
import { portOpen, type Receiver, startReceiver } from "./receiver.ts";

const project = `${import.meta.dir}/../..`;
/** What a release holds; copied first, because install.sh must work without the rest of the project. */
const release = ["install.sh", "units", "conf", "heal-recipes", "docs"];
/** Where the release lies inside the bed. */
export const unpacked = "/opt/dogwatch";

/** What `tick --json` prints, as far as these tests look. */
export interface Tick {
  readonly verdict: string;
  readonly checks: readonly { readonly name: string; readonly verdict: string; readonly evidence: string }[];
  readonly heal: { readonly outcome: string; readonly why: string };
  readonly alerts: readonly { readonly kind: string }[];
  readonly outbox: number;
  readonly exit: number;
}

/** One line of the heal log, as far as these tests look. */
export interface Line {
  readonly seq: number;
  readonly event: string;
  readonly by: string;
  readonly incident?: string | undefined;
}

const tickSchema: GenericSchema<unknown, Tick> = object({
  verdict: string(),
  checks: array(object({ name: string(), verdict: string(), evidence: string() })),
  heal: object({ outcome: string(), why: string() }),
  alerts: array(object({ kind: string() })),
  outbox: number(),
  exit: number(),
});
const lineSchema: GenericSchema<unknown, Line> = object({
  seq: number(),
  event: string(),
  by: string(),
  incident: optional(string()),
});

/** A bed with dogwatch installed by install.sh and a chat to tell things to. Its own timer is stopped: tests tick by hand. */
export interface Watched {
  readonly bed: Bed;
  readonly chat: Receiver;
  /** Writes the config with this chat and the given checks, and has it validated. */
  configure(checks: string): Promise<void>;
  /** One tick as the timer would start it, in the unit's sandbox; gives its exit status. */
  tick(): Promise<number>;
  /** One tick by an administrator at the prompt. */
  tickJson(): Promise<Tick>;
  healLog(): Promise<readonly Line[]>;
  /** How often each event stands in the heal log. */
  count(event: string): Promise<number>;
  /** Lines of the journal since the test began, oldest first, with these journalctl options: `-t dogwatch` for our own. */
  journal(...options: readonly string[]): Promise<readonly string[]>;
  /** A gateway of our own as a system unit on this port or socket, enabled and answering. */
  gateway(
    name: string,
    place: number | string,
    how?: { readonly options?: string; readonly answersLater?: boolean },
  ): Promise<void>;
}

const chatPort = 18999;
const cursorFile = "/run/e2e-cursor";
const gatewayPath = "/opt/gateway.mjs";

/** Copies the release into a bed, as unpacking it there would. */
export const unpack = async (bed: Bed): Promise<void> => {
  if (!(await Bun.file(`${project}/dist/dogwatch`).exists()))
    throw new Error('cannot find "dist/dogwatch"; run: npm run build');
  await bed.sh(`mkdir -p ${unpacked}/dist`);
  for (const part of ["dist/dogwatch", ...release]) await bed.cp(`${project}/${part}`, `${unpacked}/${part}`);
};

const gatewayUnit = (name: string, place: number | string, options: string): string => `[Unit]
Description=${name}
[Service]
ExecStart=${nodePath()} ${gatewayPath} ${place} ${options}
Restart=no
[Install]
WantedBy=multi-user.target
`;

/** The config of these tests: a chat that is the receiver, and no waiting where it proves nothing. */
export const configText = (api: string, rest: string): string => `host: web-1
confirm: 1s
chat:
  telegram:
    chat_id: "-1001234567890"
    token: { credential: telegram-token }
    api: ${api}
${rest}`;

const lines = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");

const watch = (bed: Bed, chat: Receiver): Watched => {
  const healLog = async () =>
    lines(await bed.sh("cat /var/log/dogwatch/heal.jsonl 2>/dev/null || true")).map((line) =>
      parse(lineSchema, JSON.parse(line)),
    );
  return {
    bed,
    chat,
    configure: async (checks) => {
      await bed.write("/etc/dogwatch/dogwatch.yaml", configText(chat.api, checks));
      await bed.run(["/usr/local/bin/dogwatch", "validate"]);
    },
    tick: async () => {
      await bed.exec(["/usr/bin/systemctl", "start", "dogwatch.service"], { timeoutMs: 190_000 });
      return Number(await bed.run(["/usr/bin/systemctl", "show", "-P", "ExecMainStatus", "dogwatch.service"]));
    },
    tickJson: async () =>
      parse(
        tickSchema,
        JSON.parse((await bed.exec(["/usr/local/bin/dogwatch", "tick", "--json"], { timeoutMs: 190_000 })).out),
      ),
    healLog,
    count: async (event) => (await healLog()).filter((line) => line.event === event).length,
    journal: async (...options) => {
      await bed.run(["/usr/bin/journalctl", "--sync"]);
      // Not --after-cursor: with a filter it swallows the first line that passes (systemd 252).
      const since = `--cursor=${(await bed.read(cursorFile)).trim()}`;
      return lines(await bed.run(["/usr/bin/journalctl", "-o", "cat", "-q", "--no-pager", since, ...options]));
    },
    gateway: async (name, place, { options = "", answersLater = false } = {}) => {
      await bed.write(`/etc/systemd/system/${name}.service`, gatewayUnit(name, place, options));
      await bed.sh(`systemctl daemon-reload; systemctl --quiet enable --now ${name}.service`);
      if (answersLater) return;
      if (typeof place === "number") await portOpen(bed, place);
      else await bed.sh(`for i in $(seq 100); do test ! -S ${place} || exit 0; sleep 0.1; done; exit 1`);
    },
  };
};

/** From here on the journal is new, and the host has never ticked. Gateways of the test before are gone. */
const forget = async ({ bed, chat }: Watched): Promise<void> => {
  await bed.sh(`
    for unit in $(cd /etc/systemd/system && ls -d gw-*.service 2>/dev/null || true); do
      systemctl --quiet disable "$unit"; systemctl kill -s KILL "$unit" 2>/dev/null || true
      systemctl stop "$unit"; rm "/etc/systemd/system/$unit"
    done
    systemctl stop dogwatch.timer dogwatch.service dogwatch-failed.service "dogwatch-heal@*.service"
    systemctl daemon-reload; systemctl reset-failed
    find /var/lib/dogwatch /var/lib/dogwatch-heal /var/log/dogwatch /etc/dogwatch/heal-recipes -mindepth 1 -delete
    echo "a test begins" | systemd-cat -t e2e; journalctl --sync
    journalctl -q -t e2e -n 1 --show-cursor | sed -n 's/^-- cursor: //p' >${cursorFile}`);
  await chat.clear();
};

/** Everything that stays on the host after a tick must be free of the token, and the chat must have seen nothing but sendMessage. */
const expectDiscreet = async ({ bed, chat }: Watched): Promise<void> => {
  const found = await bed.sh(
    `read -r token
     journalctl --sync
     if journalctl -a -o export | grep -F "$token" >/dev/null; then echo journal; fi
     grep -rlF "$token" /var/lib/dogwatch /var/lib/dogwatch-heal /var/log/dogwatch /run/log /etc/systemd || true
     systemctl show dogwatch.service dogwatch-failed.service | grep -F "$token" || true
     { dogwatch tick --json; dogwatch tick --dry-run --json; dogwatch status; } 2>&1 | grep -F "$token" || true`,
    { stdin: `${chat.token}\n` },
  );
  expect(found).toBe("");
  const strange = (await chat.requests()).filter((each) => !each.startsWith("POST /botTOKEN/sendMessage "));
  expect(strange).toEqual([]);
};

/**
 * Boots a bed for a test file, installs dogwatch in it and starts the chat. Each test begins on a host that has never ticked, and
 * ends with a look for the token in everything that was left behind. The bed goes when the file is done.
 */
export const useWatched = (title: string): (() => Watched) => {
  let bed: Bed | undefined;
  let watched: Watched | undefined;
  const get = (): Watched => {
    if (watched === undefined) throw new Error("the bed is not up");
    return watched;
  };
  beforeAll(async () => {
    bed = await Bed.up(title);
    await unpack(bed);
    await bed.cp(`${import.meta.dir}/gateway.mjs`, gatewayPath);
    await bed.run([`${unpacked}/install.sh`], { timeoutMs: 120_000 });
    const chat = await startReceiver(bed, chatPort);
    await bed.write("/etc/dogwatch/credentials/telegram-token", `${chat.token}\n`, "0600");
    watched = watch(bed, chat);
  }, 120_000);
  beforeEach(() => forget(get()), 30_000);
  afterEach(() => expectDiscreet(get()), 60_000);
  afterAll(async () => void (await bed?.down()), 30_000);
  return get;
};
