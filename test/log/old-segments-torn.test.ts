import { expect, test } from "bun:test";
import { sha256 } from "../../src/host/digest.ts";
import { retiring } from "../../src/log/old-segments.ts";
import { createFakeHost } from "../fake-host.ts";

const logs = "/var/log/dogwatch";
const dayMs = 86_400_000;

test("retiring() names the last line of a file also where that was torn, so that the log after it tells what went before", () => {
  const host = createFakeHost();
  const first = `{"seq":1,"at":"2026-11-20T10:00:00.000Z","prev":"${"0".repeat(64)}"}`;
  const torn = '{"seq":2,"at":"2026-1';
  host.files.put(`${logs}/heal.jsonl.1`, `${first}\n${torn}`);
  for (const seq of [3, 4]) host.files.put(`${logs}/heal-000000000${seq}.jsonl`, `{"seq":${seq}}\n`);
  host.files.put(`${logs}/heal.jsonl`, '{"seq":5}\n');
  const lastAt = new Date(host.clock.nowMs() + 3 * dayMs).toISOString();
  host.clock.advance(3 * dayMs);
  const found = retiring(host, `${logs}/heal.jsonl`, { keepMs: dayMs, lastAt, openSince: [] });
  expect(found).toMatchObject({
    path: `${logs}/heal.jsonl.1`,
    entry: { why: expect.stringContaining("(lines 1 to 2)"), proof: `2:${sha256(torn)}` },
  });
});
