import { array, fallback, is, number, object, optional, parse, string, unknown } from "valibot";
import { type Bed, nodePath, until } from "./bed.ts";

const Request = object({ atMs: number(), method: string(), path: string(), status: number(), body: unknown() });
const Text = object({ text: string(), chat_id: fallback(optional(string()), undefined) });

/** One message that the chat took, in the order in which it came. */
export interface Taken {
  readonly atMs: number;
  readonly text: string;
  /** The text's first line, which a phone's notification shows. */
  readonly head: string;
}

/** How the chat answers from now on: see `receiver.mjs`. */
export type Mode = "ok" | "500" | "400" | "429" | "hang" | "agent";

/** A real HTTP chat inside the bed. */
export interface Receiver {
  readonly api: string;
  readonly token: string;
  /** What it answered 200 to. */
  taken(): Promise<readonly Taken[]>;
  /** `METHOD path status` of every request, the failed ones too; the token reads as TOKEN. */
  requests(): Promise<readonly string[]>;
  answer(mode: Mode): Promise<void>;
  /** Forgets every request and answers ok again. */
  clear(): Promise<void>;
}

const inbox = "/run/e2e-inbox.jsonl";
const modeFile = "/run/e2e-mode";
/** The token goes by file: systemd writes a unit's command line to the journal. */
const tokenFile = "/run/e2e-token";

/** Starts the chat as a unit of the bed and waits until its port is open. */
export const startReceiver = async (bed: Bed, port: number): Promise<Receiver> => {
  const token = `${port}:${crypto.randomUUID().replaceAll("-", "")}`;
  await bed.cp(`${import.meta.dir}/receiver.mjs`, "/opt/receiver.mjs");
  await bed.write(inbox, "");
  await bed.write(tokenFile, token);
  const argv = [nodePath(), "/opt/receiver.mjs", String(port), inbox, modeFile, tokenFile];
  await bed.run(["/usr/bin/systemd-run", "--quiet", "--unit=e2e-receiver", ...argv]);
  await portOpen(bed, port);
  const requests = async () =>
    parse(
      array(Request),
      (await bed.read(inbox))
        .split("\n")
        .filter((line) => line !== "")
        .map((line): unknown => JSON.parse(line)),
    );
  return {
    api: `http://127.0.0.1:${port}`,
    token,
    taken: async () =>
      (await requests()).flatMap(({ atMs, status, body }) =>
        status === 200 && is(Text, body)
          ? [{ atMs, text: body.text, head: body.text.slice(0, `${body.text}\n`.indexOf("\n")) }]
          : [],
      ),
    requests: async () => (await requests()).map(({ method, path, status }) => `${method} ${path} ${status}`),
    answer: (mode) => bed.write(modeFile, mode),
    clear: async () => void (await bed.sh(`: >${inbox}; rm -f ${modeFile}`)),
  };
};

/** Waits until something inside listens on a loopback port. */
export const portOpen = async (bed: Bed, port: number): Promise<void> => {
  await until(`port ${port} to open`, async () => {
    const { status } = await bed.exec(["/bin/bash", "-c", `: </dev/tcp/127.0.0.1/${port}`]);
    return status === 0 ? true : undefined;
  });
};
