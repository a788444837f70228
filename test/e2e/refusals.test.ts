import { describe, expect, test } from "bun:test";
import { listen } from "../host/http-bed.ts";
import { Chat, Den, type Tick } from "./hostile-bed.ts";

const ticks = 100;

interface Said {
  readonly status: number;
  readonly body?: string;
}

/** A peer over real HTTP that answers what it is set to. */
class Peer implements Disposable {
  said: Said = { status: 200, body: '{"status":"live"}' };
  readonly #server: Bun.Server<undefined> = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Response(this.said.body ?? "", { status: this.said.status }),
  });
  readonly url: string = `http://127.0.0.1:${this.#server.port}/healthz`;

  [Symbol.dispose](): void {
    void this.#server.stop(true);
  }
}

/** The shipped restart's own words of refusal, on a recipe that would always be ready. */
const timing = `proof: { within: 1s, every: 100ms }
cooldown: 0s
refuse_when: { exit_status: [78], evidence: [conflict, unauthorized] }`;

const configure = (den: Den, chat: Chat, check: string, mode = "apply"): void => {
  den.recipe("mine", "", timing);
  den.write(
    "dogwatch.yaml",
    `host: web-1\nconfirm: 0s\n${chat.yaml}checks:\n  gateway: ${check}\nheal: { mode: ${mode}, rules: [{ on: [gateway], recipe: mine }] }\n`,
  );
};

const gateway = (url: string): string =>
  `{ http: { url: "${url}", timeout: 1s }, expect: { status: 200, json: { /status: live } }, red_after: 1 }`;

/** A hundred ticks; gives what each said of its heal, every answer once. */
const tickOn = async (den: Den, before: (at: number) => void = () => undefined): Promise<ReadonlySet<string>> => {
  const said = new Set<string>();
  for (let at = 0; at < ticks; at += 1) {
    before(at);
    const { status, json } = await den.tick();
    expect(status).toBe(0);
    said.add(wordOf(json));
  }
  return said;
};

const wordOf = ({ heal }: Tick): string => `${heal.outcome}: ${heal.why}`;

const refusedFor = (den: Den): readonly (string | undefined)[] =>
  den.entries().flatMap(({ event, why }) => (event === "heal.refused" ? [why] : []));

describe("a hundred ticks over what no restart cures", () => {
  const rows: readonly {
    readonly check: string;
    readonly given: Said;
    readonly head: string;
    readonly word: string;
  }[] = [
    { check: "status-409", given: { status: 409 }, head: "status 409 Conflict, want 200", word: "conflict" },
    { check: "status-401", given: { status: 401 }, head: "status 401 Unauthorized, want 200", word: "unauthorized" },
    {
      check: "body-409",
      given: { status: 503, body: '{"failing":["telegram"],"error":"409: Conflict: terminated by other getUpdates"}' },
      head: 'status 503, want 200: "{',
      word: "conflict",
    },
    {
      check: "word-401",
      given: { status: 200, body: '{"status":"401: Unauthorized"}' },
      head: '/status is "401: Unauthorized", want "live"',
      word: "unauthorized",
    },
  ];

  test("tick never heals a gateway that answers 409 or 401, by status, body or word, nor what it can't measure, and says why", async () => {
    using chat = new Chat();
    using den = new Den();
    using peers = new DisposableStack();
    den.recipe("mine", "", timing);
    const checks = rows.map(({ check, given }) => {
      const peer = peers.use(new Peer());
      peer.said = given;
      return `  ${check}: ${gateway(peer.url)}\n`;
    });
    checks.push('  lost: { http: { url: "http://no-such-host.invalid/", timeout: 1s }, red_after: 1 }\n');
    const rules = [...rows.map(({ check }) => check), "lost"].map((on) => `{ on: [${on}], recipe: mine }`).join(", ");
    den.write(
      "dogwatch.yaml",
      `host: web-1\nconfirm: 0s\n${chat.yaml}checks:\n${checks.join("")}heal: { mode: apply, rules: [${rules}] }\n`,
    );
    const whys = rows.map(({ word }) => `"mine" is no cure where the evidence says "${word}"`);
    expect([...(await tickOn(den))]).toEqual([`refused: ${whys[0]}`]);
    expect(den.runs()).toBe(0);
    expect(chat.taken).toHaveLength(rows.length + 1);
    expect(chat.heads().at(-1)).toMatch(/^UNKNOWN web-1 · lost: cannot be measured: /u);
    for (const [at, { check, head }] of rows.entries()) {
      const text = chat.taken.map((each) => each.text).find((each) => each.startsWith(`RED web-1 · ${check}: ${head}`));
      expect(text ?? check).toContain(`\nNot healed (mine): ${whys[at]}\n`);
    }
    expect(refusedFor(den)).toEqual(whys);
    expect(await den.verify()).toBe("0 ok");
  }, 60_000);

  test("tick never heals what is silenced, and says until when, by whom and why", async () => {
    using chat = new Chat();
    using den = new Den();
    await using deaf = await listen((socket) => socket.destroy());
    configure(den, chat, gateway(`http://127.0.0.1:${deaf.port}/`));
    const added = await den.dogwatch(["silence", "add", "gateway", "--for", "2h", "--reason", "we move the host"]);
    expect(`${added.status} ${added.err}`).toBe("0 ");
    const [said, ...more] = await tickOn(den);
    expect(more).toEqual([]);
    expect(said).toMatch(
      /^refused: "gateway" is silenced until \d{4}-\d\d-\d\d \d\d:\d\d UTC by \S+: we move the host$/u,
    );
    expect([den.runs(), chat.taken]).toEqual([0, []]);
    expect(await den.verify()).toBe("0 ok");
  }, 60_000);

  test("tick never heals what flaps, says that, and tells it once", async () => {
    using chat = new Chat();
    using den = new Den();
    using peer = new Peer();
    const well = peer.said;
    const alternate = (at: number): void => {
      peer.said = at % 2 === 0 ? { status: 500 } : well;
    };
    configure(den, chat, gateway(peer.url), "observe");
    for (let at = 1; at < 5; at += 1) {
      alternate(at);
      expect(wordOf((await den.tick()).json)).not.toContain("flapping");
    }
    alternate(5);
    await den.tick();
    configure(den, chat, gateway(peer.url));
    const why = '"gateway" is flapping: it comes and goes, and a restart would join in';
    expect([...(await tickOn(den, alternate))]).toEqual([`refused: ${why}`, "none: nothing is red"]);
    expect(den.runs()).toBe(0);
    expect(chat.heads().map((head) => head.split(" ", 1)[0])).toEqual(["RED", "RECOVERED", "RED", "FLAPPING"]);
    expect(chat.taken.at(-1)?.text).toContain("\nWhile it flaps: no RED, no RECOVERED and no heal");
    expect(await den.verify()).toBe("0 ok");
  }, 60_000);
});
