import { Chat, Den, nextSecond, type Tick } from "./hostile-bed.ts";

/** How the chat of the night answers from now on. */
export type Mood = "well" | "busy" | "broken" | "hanging";

/** Seconds that the busy chat asks to wait. */
export const busyS = 2;
/** Checks below the parent, checks of their own, and checks in the maintenance window. */
export const children: readonly string[] = Array.from({ length: 12 }, (_, i) => `child-${i + 1}`);
export const solos: readonly string[] = Array.from({ length: 24 }, (_, i) => `solo-${i + 1}`);
export const kept: readonly string[] = ["kept-1", "kept-2", "kept-3"];

/** One thing that the operator was told: the word, the check, and the message's place in order. */
export interface Told {
  readonly word: string;
  readonly check: string;
  readonly at: number;
}

/** In a message of its own the host's name stands before the check's; in one for several it stands at the top. */
const toldWords =
  /(STILL RED|RED|RECOVERED|HEALED|UNKNOWN|FLAPPING) (?:night · )?((?:parent|child|solo|kept)(?:-\d+)?):|^… and \d+ more in between: (.*)$/gmu;

/** `RED a, b; RECOVERED c`: those that a message for many only names. */
const namedIn = (list: string): readonly (readonly [string, string])[] =>
  list.split("; ").flatMap((part) => {
    const [, word = "", names = ""] = /^([A-Z ]+) (.*)$/u.exec(part) ?? [];
    return names.split(", ").map((name): [string, string] => [word, name]);
  });

const answerOf = (mood: Mood): Response | Promise<Response> => {
  switch (mood) {
    case "well":
      return Response.json({ ok: true });
    case "busy":
      return new Response("slow down", { status: 429, headers: { "retry-after": String(busyS) } });
    case "broken":
      return new Response("oops", { status: 500 });
    case "hanging":
      return new Promise(() => undefined);
  }
};

/** A host with 40 HTTP checks, a parent and its children among them, whose answers and whose chat a script decides. */
export class Night implements Disposable {
  readonly den: Den = new Den();
  readonly chat: Chat = new Chat();
  /** Messages that were tried, taken or not. */
  tries = 0;
  isHanging = false;
  readonly #sick = new Set<string>();
  readonly #server: Bun.Server<undefined> = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) =>
      new Response("", { status: this.#sick.has(new URL(request.url).pathname.slice(1)) ? 500 : 200 }),
  });

  constructor(maintenance = "") {
    const check = (name: string, more = ""): string =>
      `  ${name}: { http: { url: "http://127.0.0.1:${this.#server.port}/${name}" }, red_after: 1${more} }\n`;
    const checks = [
      check("parent"),
      ...children.map((name) => check(name, ", needs: [parent]")),
      ...solos.map((name) => check(name)),
      ...kept.map((name) => check(name)),
    ];
    this.mood("well");
    this.den.write(
      "dogwatch.yaml",
      `host: night\nconfirm: 0s\nremind_every: 1h\n${this.chat.yaml}${maintenance}checks:\n${checks.join("")}`,
    );
  }

  /** How many checks there are. */
  readonly size: number = 1 + children.length + solos.length + kept.length;

  mood(mood: Mood): void {
    this.isHanging = mood === "hanging";
    this.chat.answer = () => {
      this.tries += 1;
      return answerOf(mood);
    };
  }

  sicken(...names: readonly string[]): void {
    for (const name of names) this.#sick.add(name);
  }

  cure(...names: readonly string[]): void {
    for (const name of names) this.#sick.delete(name);
  }

  /** One whole tick, in a second of its own, since an incident's name tells the second. */
  async tick(): Promise<Tick> {
    await nextSecond();
    return (await this.den.tick()).json;
  }

  /** A tick that is killed after so many milliseconds, or ends before. */
  async killedTick(afterMs: number): Promise<void> {
    const { den } = this;
    const child = Bun.spawn([...den.argv(["tick"])], { env: { ...den.env }, stdio: ["ignore", "ignore", "ignore"] });
    const timer = setTimeout(() => child.kill("SIGKILL"), afterMs);
    await child.exited;
    clearTimeout(timer);
  }

  /** Has a person silence a check for so many seconds. */
  async silence(check: string, seconds: number): Promise<void> {
    const words = ["silence", "add", check, "--for", `${seconds}s`, "--reason", "a new disk"];
    const { status, err } = await this.den.dogwatch(words);
    if (status !== 0) throw new Error(`cannot silence "${check}": ${err}`);
  }

  /** Checks whose incident the heal log tells to have begun. */
  openedInLog(): readonly string[] {
    const ids = this.den
      .entries()
      .flatMap(({ event, incident }) => (event === "incident.opened" ? [incident ?? ""] : []));
    return [...new Set(ids.map((id) => id.replace(/-\d{8}T\d{6}Z(-\d+)?$/u, "")))];
  }

  /** All that the operator was told, in order, whether in a message of its own or as a line of one that stands for several. */
  told(): readonly Told[] {
    return this.chat.taken.flatMap(({ text }, at) =>
      [...text.matchAll(toldWords)]
        .flatMap(([, word = "", check = "", list]) => (list === undefined ? [[word, check] as const] : namedIn(list)))
        .map(([word, check]) => ({ word, check, at })),
    );
  }

  [Symbol.dispose](): void {
    void this.#server.stop(true);
    this.chat[Symbol.dispose]();
    this.den[Symbol.dispose]();
  }
}
