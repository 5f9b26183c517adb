// stage.mjs -- what every test stands on: the fed indices, a fresh browser context, screenshots,
// and the questions that tests ask the server behind the page's back.
import { join } from "node:path";
import { documents, feed } from "./documents.mjs";

export const INDEX = "logs-e2e-2026.11.22";
export const PATTERN = "logs-e2e-*";
const COUNT = 2400;
const HOUR_MS = 3_600_000;
const STEP_MS_MAX = 10_000;

async function call(api, method, path, body) {
    const response = await fetch(`${api}/${path}`, {
        method,
        headers: body ? { "Content-Type": "application/json" } : {},
        body: body ? JSON.stringify(body) : undefined,
    });
    return { status: response.status, answer: await response.json() };
}

function asFileName(text) {
    return text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
}

/** Feeds the demo documents (two hours, ending an hour from now backwards) and returns the stage. */
export async function makeStage({ server, browser, output }) {
    await call(server.api, "DELETE", INDEX);
    const endMs = Date.now() - 60_000;
    const docs = documents({ count: COUNT, endMs, spanMs: 2 * HOUR_MS });
    await feed(server.api, INDEX, docs);
    // How soon a document can be found is the server's own affair: Elkhorn needs no setting, and a
    // reference server is told to be quick, since the page's part is what is measured.
    if (!server.fresh) {
        const settings = { index: { refresh_interval: "200ms" } };
        await call(server.api, "PUT", `${INDEX}/_settings`, settings);
    }
    const contexts = [];
    const trouble = [];
    let shots = 0;
    const iso = (ms) => new Date(ms).toISOString();
    // An absolute range that holds every document: numbers stay comparable while a test runs.
    const [from, to] = [iso(endMs - 3 * HOUR_MS), iso(endMs + 30_000)];
    const everything = `index=${PATTERN}&from=${from}&to=${to}`;
    const countEver = async (query) => {
        const { answer } = await call(server.api, "POST", `${PATTERN}/_count`, { query });
        return answer.count;
    };

    return {
        ...server,
        docs,
        everything,
        trouble,

        /** A page in a context of its own; trouble on it (errors, foreign hosts) fails the test. */
        async open(search, { width = 1280, height = 800, colorScheme = "light" } = {}) {
            const viewport = { width, height };
            const context = await browser.newContext({ viewport, colorScheme, timezoneId: "Europe/Berlin" });
            contexts.push(context);
            const page = await context.newPage();
            page.setDefaultTimeout(STEP_MS_MAX);
            page.on("pageerror", (error) => trouble.push(error.message));
            page.on("request", (request) => {
                if (!request.url().startsWith(server.ui)) trouble.push(`asked ${request.url()}`);
            });
            await page.goto(`${server.ui}/${search}`);
            return page;
        },

        async shot(page, name) {
            const number = String(++shots).padStart(2, "0");
            await page.screenshot({ path: join(output, `${number}-${asFileName(name)}.png`) });
        },

        /** The number of documents that a query finds, as `_count` tells it: at any time, ... */
        countEver,

        /** ... or within the range of `everything`, where nothing arrives any more. */
        count(query) {
            const time = { range: { "@timestamp": { gte: from, lte: to } } };
            return countEver({ bool: { filter: [time, query] } });
        },

        async removeIndices() {
            await call(server.api, "DELETE", INDEX);
        },

        /** Ends a test; a failed one leaves a picture of every page behind. */
        async close(name) {
            for (const context of contexts.splice(0)) {
                for (const page of context.pages()) {
                    await page.screenshot({ path: join(output, `end-${asFileName(name)}.png`) });
                }
                await context.close();
            }
            trouble.length = 0;
        },
    };
}
