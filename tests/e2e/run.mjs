// run.mjs -- the Discover page in a real browser, against a real server.
//
//   node run.mjs --elkhorn PATH              starts that server on free ports with an empty store
//   node run.mjs --api URL --ui URL          uses servers that run already
//   node run.mjs --api URL --dist DIR        serves the built page itself, in front of that API
//   ... [--only WORDS]                       runs the tests whose name contains the words
//
// The same by environment: ELKHORN, ELKHORN_API, ELKHORN_UI, ELKHORN_DIST. Prints a line per test;
// ends with 0 when all pass, 1 when one fails, 77 when something is missing to run at all.
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const OUTPUT = fileURLToPath(new URL("output", import.meta.url));
const MISSING = 77;

const strings = ["elkhorn", "api", "ui", "dist", "only"].map((name) => [name, { type: "string" }]);
const given = parseArgs({ options: Object.fromEntries(strings) }).values;
const options = {
    elkhorn: given.elkhorn ?? process.env.ELKHORN,
    api: given.api ?? process.env.ELKHORN_API,
    ui: given.ui ?? process.env.ELKHORN_UI,
    dist: given.dist ?? process.env.ELKHORN_DIST,
    only: given.only ?? "",
};

function missing(what) {
    console.log(`e2e: skipped: ${what}`);
    process.exit(MISSING);
}

if (!existsSync(CHROMIUM)) missing(`no Chromium at ${CHROMIUM} (apt-get install chromium)`);
const { chromium } = await import("playwright-core").catch(() =>
    missing("playwright-core is not installed (npm ci in tests/e2e)"),
);
if (!options.elkhorn && !(options.api && (options.ui || options.dist))) {
    missing("no server: give --elkhorn PATH, or --api URL with --ui URL or --dist DIR");
}

async function openServer() {
    if (options.elkhorn) {
        const { startElkhorn } = await import("./server.mjs");
        return { ...(await startElkhorn(options.elkhorn)), binary: options.elkhorn, fresh: true };
    }
    if (options.ui) return { api: options.api, ui: options.ui, stop: () => {}, fresh: false };
    const { startStaticServer } = await import("./static-server.mjs");
    const page = await startStaticServer({ dist: options.dist, api: options.api });
    return { api: options.api, ui: page.url, stop: page.stop, fresh: false };
}

async function runTest(test, stage) {
    const start = performance.now();
    try {
        const note = await test.run(stage);
        if (stage.trouble.length) throw new Error(`on the page: ${stage.trouble.join("; ")}`);
        const ms = Math.round(performance.now() - start);
        console.log(`ok    ${test.name} (${ms} ms)${note ? `: ${note}` : ""}`);
        return true;
    } catch (error) {
        console.log(`FAIL  ${test.name}: ${error.message}`);
        return false;
    } finally {
        await stage.close(test.name);
    }
}

rmSync(OUTPUT, { recursive: true, force: true });
mkdirSync(OUTPUT, { recursive: true });
const { makeStage } = await import("./stage.mjs");
const { testsFor } = await import("./tests.mjs");
const server = await openServer().catch((error) => {
    console.log(`e2e: ${error.message}`);
    process.exit(1);
});
const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ],
});
const count = { passed: 0, failed: 0 };
try {
    const stage = await makeStage({ server, browser, output: OUTPUT });
    const chosen = testsFor(options.elkhorn).filter((t) => t.name.includes(options.only));
    if (chosen.length === 0) throw new Error(`no test has "${options.only}" in its name`);
    for (const test of chosen) {
        count[(await runTest(test, stage)) ? "passed" : "failed"]++;
    }
    await stage.removeIndices();
} catch (error) {
    console.log(`FAIL  setting up: ${error.message}`);
    count.failed++;
} finally {
    await browser.close();
    await server.stop();
}
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exit(count.failed || !count.passed ? 1 : 0);
