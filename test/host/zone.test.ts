import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localZone } from "../../src/host/zone.ts";

const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;

describe("localZone()", () => {
  const cases = [
    { tz: "Europe/Berlin", want: "Europe/Berlin" },
    { tz: ":Europe/Berlin", want: "Europe/Berlin" },
    { tz: "/usr/share/zoneinfo/America/Argentina/Salta", want: "America/Argentina/Salta" },
    { tz: "UTC", want: "UTC" },
    { tz: "CET-1CEST,M3.5.0,M10.5.0/3", want: own },
  ];
  for (const { tz, want } of cases)
    test(`localZone() takes TZ=${tz} for ${want}`, () => expect(localZone(tz)).toBe(want));

  test("localZone() reads the link that localtime is, and asks ICU where it is none", () => {
    const folder = mkdtempSync(join(tmpdir(), "dogwatch-zone-"));
    const [link, file] = [join(folder, "link"), join(folder, "file")];
    symlinkSync("../usr/share/zoneinfo/Asia/Kolkata", link);
    writeFileSync(file, "TZif2");
    expect(localZone(undefined, link)).toBe("Asia/Kolkata");
    expect(localZone("", link)).toBe("Asia/Kolkata");
    expect(localZone(undefined, file)).toBe(own);
    expect(localZone(undefined, join(folder, "nowhere"))).toBe(own);
    rmSync(folder, { recursive: true });
  });
});
