import { array, type GenericSchema, looseObject, nullable, object, optional, parse, string } from "valibot";
import { nodePath } from "./bed.ts";
import type { Watched } from "./watched.ts";

/** Where the watcher's door is. */
export const socket = "/run/dogwatch-heal.sock";
const program = "/opt/captured.mjs";

/** What `captured.mjs` does on a connection, one after the other. */
export type Step =
  | { readonly say: string }
  | { readonly raw: string }
  | { readonly times: number; readonly of: string }
  | { readonly hear: number }
  | { readonly until: string }
  | { readonly rest: number }
  | { readonly closed: true }
  | { readonly deaf: true };

/** An answer of the helper, as far as these tests look. */
export interface Answer {
  readonly is: string;
  readonly why?: string | undefined;
  readonly healed?: { readonly outcome: string; readonly why: string; readonly check: string | null } | undefined;
  readonly readings?: Readonly<Record<string, unknown>> | undefined;
}

/** How one connection went. `end`: `closed` by the helper, `open` to the last, or the errno. */
export interface Spoken {
  readonly answers: readonly Answer[];
  readonly end: string;
}

const answerSchema: GenericSchema<unknown, Answer> = looseObject({
  is: string(),
  why: optional(string()),
  healed: optional(looseObject({ outcome: string(), why: string(), check: nullable(string()) })),
  readings: optional(looseObject({})),
});
const spokenSchema = array(object({ answers: array(string()), end: string() }));

/** Brings the hostile client into the bed. */
export const bringClient = async ({ bed }: Watched): Promise<void> =>
  await bed.cp(`${import.meta.dir}/captured.mjs`, program);

/** Speaks to the helper as a user, on so many connections at once. */
export const speakAs = async (
  { bed }: Watched,
  user: string,
  steps: readonly Step[],
  connections = 1,
): Promise<readonly Spoken[]> => {
  const argv = ["/usr/sbin/runuser", "-u", user, "--", nodePath(), program, socket, String(connections)];
  const said: unknown = JSON.parse(await bed.run(argv, { stdin: JSON.stringify(steps), timeoutMs: 60_000 }));
  return parse(spokenSchema, said).map(({ answers, end }) => ({
    end,
    answers: answers.map((line) => parse(answerSchema, JSON.parse(line))),
  }));
};

/** One connection of the watcher's user: what was answered, and how it ended. */
export const capture = async (host: Watched, steps: readonly Step[]): Promise<Spoken> => {
  const [spoken] = await speakAs(host, "dogwatch", steps);
  if (spoken === undefined) throw new Error("the client said nothing");
  return spoken;
};

/** Requests as lines, each waited for. */
export const asking = (...requests: readonly object[]): readonly Step[] =>
  requests.flatMap((request, at) => [{ say: JSON.stringify(request) }, { hear: at + 1 }]);

/**
 * What a captured watcher must not have changed: names, kinds, owners, modes, times and bytes of /etc and /usr/local, names and owners elsewhere, and what in
 * root's own folders isn't root's alone. What a heal itself leaves in those is left out.
 */
export const fingerprint = async ({ bed }: Watched): Promise<readonly string[]> =>
  (
    await bed.sh(`
      find /etc /usr/local -xdev -printf '%p %y %m %U %G %T@ %l\\n'
      find /etc/dogwatch /etc/systemd /etc/passwd /etc/shadow /usr/local/bin/dogwatch /usr/local/share/dogwatch /usr/local/lib/systemd -type f -print0 | xargs -0 sha256sum
      find /var/lib /var/log /var/spool /home /opt -maxdepth 2 -not -path '/var/lib/systemd/*' -not -path '/var/log/journal*' \
        -not -path '/var/lib/dogwatch*/*' -not -path '/var/log/dogwatch/*' -printf '%p %y %m %U %G %l\\n'
      find /var/lib/dogwatch-heal /var/log/dogwatch ! -user root -print -o -type l -print -o -type f -links +1 -print -o -perm /0022 -print`)
  ).split("\n");

/** Lines that came (+) or went (-) since then. */
export const changesSince = async (host: Watched, before: readonly string[]): Promise<readonly string[]> => {
  const now = await fingerprint(host);
  const [then, since] = [new Set(before), new Set(now)];
  return [
    ...before.filter((line) => !since.has(line)).map((line) => `-${line}`),
    ...now.filter((line) => !then.has(line)).map((line) => `+${line}`),
  ];
};

/** systemd is content, the socket listens, and no helper is left or failed. */
export const expectSound = async ({ bed }: Watched): Promise<string> =>
  await bed.sh(`
    for i in $(seq 100); do
      test -n "$(systemctl list-units --no-legend --plain 'dogwatch-heal@*' --state=active,activating,deactivating)" || break; sleep 0.1
    done
    systemctl is-system-running || true
    systemctl is-active dogwatch-heal.socket || true
    systemctl list-units --all --no-legend --plain 'dogwatch-heal@*' | wc -l`);
