/** A saved page tells what it shows, and of what lies beside it in the team nothing. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { reportOf } from "../pages/debugger/report.ts";

test("a saved page names no other dataset, version, slice or analysis", () => {
  const state = {
    dataset: { id: "1", name: "films </script>" },
    version: { id: "2", number: 3, rows: 4, url: "/v3/" },
    versions: [{ id: "9", number: 8, url: "/secret-version/" }],
    datasets: [{ name: "secret dataset", url: "/secret/" }],
    columns: [{ name: "marker", kind: "category" as const, role: "feature" as const }],
    team: "secret-team",
    role: "member",
    can_save: true,
    saved: [{ id: "7", name: "secret view", note: "", question: {}, author: "Ada", made_at: "", url: "" }],
    slices: [{ id: "8", name: "secret slice", where: { all: [] }, sentence: "", rows: 1, author: "Ada" }],
  };
  const page = reportOf({ state, question: null, answer: null } as unknown as Parameters<typeof reportOf>[0], "run()");
  assert.ok(!page.includes("secret"));
  assert.ok(page.includes('"marker"'));
  assert.equal(page.split("</script>").length, 3, "no text ends a script before its end");
});
