import { expect, test } from "bun:test";
import { createSurvey } from "../../src/host/proc-survey.ts";
import { until } from "./until.ts";

const survey = createSurvey();

test("listeners() finds a socket of ours and says whose it is", () => {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("ok") });
  const port = Number(server.port);
  const seen = survey.listeners([process.pid]);
  const mine = seen.kind === "seen" ? seen.listeners.filter((each) => each.port === port) : [];
  server.stop(true);
  expect(mine).toEqual([{ host: "127.0.0.1", port, uid: process.getuid?.() ?? -1, pids: [process.pid] }]);
});

test("a process that is gone has no unit, no paths and no sockets", () => {
  const gone = 4_194_304;
  expect(survey.placeOf(gone)).toBeUndefined();
  expect(survey.environPaths(gone, ["HOME"])).toEqual({});
  expect(survey.listeners([gone])).toMatchObject({ kind: "seen" });
});

test("accounts() has root", () => {
  expect(survey.accounts().find(({ uid }) => uid === 0)?.name).toBe("root");
});

test("environPaths() gives what a process was started with, where it is a path", async () => {
  const child = Bun.spawn(["/bin/sleep", "60"], { env: { HERMES_HOME: "/srv/h", X_BOT_TOKEN: "1:2" } });
  const paths = () => survey.environPaths(child.pid, ["HERMES_HOME", "X_BOT_TOKEN"]);
  await until("its environment", () => "HERMES_HOME" in paths());
  expect(paths()).toEqual({ HERMES_HOME: "/srv/h" });
  child.kill();
});
