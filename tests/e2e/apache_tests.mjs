// apache_tests.mjs -- a real access log, read by a pipeline into the server under test: the page
// shows the counts that are known of it. Left out where the log or the binary is not at hand.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bars, equal, search, sum, waitForTotal } from "./page.mjs";

const LOG = fileURLToPath(new URL("../../../shared/data/apache_access.log", import.meta.url));
const INDEX = "apache-e2e";
const STATUSES = { 200: 9126, 304: 445, 404: 213, 301: 164, 206: 45, 500: 3, 416: 2, 403: 2 };

function pipeline(api) {
    return `
input { file { path => "${LOG}" mode => "read" start_position => "beginning" sincedb_path => "/dev/null" } }
filter {
  grok { match => { "message" => "%{COMBINEDAPACHELOG}" } }
  date { match => [ "timestamp", "dd/MMM/yyyy:HH:mm:ss Z" ] }
}
output { elasticsearch { hosts => ["${api}"] index => "${INDEX}" } }
`;
}

function load(binary, api) {
    const folder = mkdtempSync(join(tmpdir(), "elkhorn-e2e-apache-"));
    try {
        writeFileSync(join(folder, "apache.conf"), pipeline(api));
        const flags = ["pipeline", "-f", join(folder, "apache.conf"), "--data", join(folder, "data")];
        equal(spawnSync(binary, flags, { stdio: "inherit" }).status, 0, "the end of the pipeline");
    } finally {
        rmSync(folder, { recursive: true });
    }
}

async function realLogIsSeen(stage) {
    load(stage.binary, stage.api);
    const page = await stage.open(`?index=${INDEX}&from=2015-05-01T00:00:00Z&to=2015-06-01T00:00:00Z`);
    await waitForTotal(page, 10_000);
    equal(sum((await bars(page)).map((bar) => bar.count)), 10_000, "the sum of the bars");
    await stage.shot(page, "a real access log");
    for (const [status, documents] of Object.entries(STATUSES)) {
        await search(page, `response:${status}`);
        await waitForTotal(page, documents);
    }
    await search(page, "clientip:66.249.73.135");
    await waitForTotal(page, 482);
    const day = await stage.open(
        `?index=${INDEX}&from=2015-05-19T00:00:00.000Z&to=2015-05-19T23:59:59.999Z`,
    );
    await waitForTotal(day, 2896);
    await fetch(`${stage.api}/${INDEX}`, { method: "DELETE" });
}

export function apacheTests(binary) {
    if (!binary || !existsSync(LOG)) return [];
    return [{ name: "the known counts of a real access log", run: realLogIsSeen }];
}
