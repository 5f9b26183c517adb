// search_tests.mjs -- finding: numbers are the server's, and every way to narrow a search narrows it.
import { feed } from "./documents.mjs";
import {
    bars,
    column,
    equal,
    field,
    query,
    rows,
    search,
    seen,
    sum,
    total,
    truly,
    waitForTotal,
} from "./page.mjs";
import { INDEX, PATTERN } from "./stage.mjs";

const ARRIVALS = 5;
const ARRIVAL_MS_MAX = 2000;

async function numbersEqualCount(stage) {
    const page = await stage.open(`?${stage.everything}`);
    const all = await stage.count({ match_all: {} });
    await waitForTotal(page, all);
    equal(sum((await bars(page)).map((b) => b.count)), all, "the sum of the bars");
    await stage.shot(page, "all documents");

    await search(page, "response:200 AND verb:GET");
    const found = await stage.count({ query_string: { query: "response:200 AND verb:GET" } });
    await waitForTotal(page, found);
    truly(found > 300, "the demo documents are too few for several pages");
    // Scrolling to the end brings page after page until every document is there.
    const main = page.locator("main");
    while ((await rows(page).count()) < found) {
        const before = await rows(page).count();
        await main.evaluate((element) => element.scrollTo(0, element.scrollHeight));
        await rows(page).nth(before).waitFor({ state: "attached" });
    }
    await page.getByText("The end: all").waitFor();
    equal(await rows(page).count(), found, "rows after scrolling to the end");
    const keys = await rows(page).evaluateAll((all) => all.map((row) => row.dataset.doc));
    equal(new Set(keys).size, found, "different documents");
    const times = await column(page, "Time");
    equal(times, [...times].sort().reverse(), "times, newest first");
    await stage.shot(page, "scrolled to the end");
    return `${all} and ${found} documents`;
}

async function arrivesSoon(stage) {
    const page = await stage.open(`?index=${PATTERN}&from=now-5m&refresh=1000&q=arrival*`);
    await page.getByText("No documents here").waitFor();
    const waits = [];
    for (let i = 0; i < ARRIVALS; i++) {
        const marker = `arrival${Date.now()}x${i}`;
        const doc = { "@timestamp": new Date().toISOString(), message: marker };
        await feed(stage.api, INDEX, [doc], { refresh: false });
        const answered = performance.now();
        await seen(page, marker);
        waits.push(Math.round(performance.now() - answered));
    }
    await stage.shot(page, "documents that arrived");
    const worst = Math.max(...waits);
    truly(worst <= ARRIVAL_MS_MAX, `a document was seen only after ${worst} ms (${waits} ms)`);
    return `seen ${waits.join(", ")} ms after the answer of _bulk`;
}

async function dragNarrows(stage) {
    const page = await stage.open(`?${stage.everything}`);
    const before = await total(page);
    const all = await bars(page);
    const first = Math.floor(all.length * 0.4);
    const last = Math.floor(all.length * 0.6);
    const expected = sum(all.slice(first, last + 1).map((b) => b.count));
    const { y, height } = await page.locator(".histogram").boundingBox();
    const middle = (bar) => bar.x + bar.width / 2;
    await page.mouse.move(middle(all[first]), y + height / 3);
    await page.getByText(/^\d+ documents?/).first().waitFor();
    await stage.shot(page, "hovering over a bar");
    await page.mouse.down();
    await page.mouse.move(middle(all[last]), y + height / 3, { steps: 5 });
    await stage.shot(page, "dragging over bars");
    await page.mouse.up();
    await waitForTotal(page, expected);
    truly(expected > 0 && expected < before, `${expected} of ${before} is no narrowing`);
    const range = new URL(page.url()).searchParams;
    truly(/^\d{4}-/.test(range.get("from")), "the address does not hold the new time");
    const within = { gte: range.get("from"), lte: range.get("to") };
    equal(await stage.count({ range: { "@timestamp": within } }), expected, "_count of that time");
    await stage.shot(page, "zoomed");
    await page.goBack();
    await waitForTotal(page, before);
    await page.goForward();
    await waitForTotal(page, expected);
    return `${before} to ${expected} documents`;
}

async function pillsFilter(stage) {
    const page = await stage.open(`?${stage.everything}&columns=verb`);
    const all = await total(page);
    const posts = await stage.count({ term: { "verb.keyword": "POST" } });
    await field(page, "verb").click();
    const share = `${((100 * posts) / all).toFixed(1)} %`;
    const line = page.locator(".value-bars li", { hasText: "POST" });
    await line.getByText(share).waitFor();
    await stage.shot(page, "top values");
    await page.getByRole("button", { name: "Include verb POST" }).click();
    await waitForTotal(page, posts);
    equal([...new Set(await column(page, "verb"))], ["POST"], "verbs in the table");
    await stage.shot(page, "including");
    await page.getByRole("button", { name: "Negate the filter verb: POST" }).click();
    await waitForTotal(page, all - posts);
    truly(!(await column(page, "verb")).includes("POST"), "an excluded document is shown");
    await stage.shot(page, "excluding");
    await page.getByRole("button", { name: "verb: POST (switch off)" }).click();
    await waitForTotal(page, all);
    await page.getByRole("button", { name: "Remove the filter NOT verb: POST" }).click();
    equal(new URL(page.url()).searchParams.getAll("f"), [], "pills in the address");

    await page.getByRole("button", { name: "Exclude verb POST" }).click();
    await waitForTotal(page, all - posts);
    await field(page, "user.name").click();
    await page.getByRole("button", { name: "Only documents with this field" }).click();
    const exists = { exists: { field: "user.name" } };
    const named = { bool: { filter: [exists], must_not: [{ term: { "verb.keyword": "POST" } }] } };
    await waitForTotal(page, await stage.count(named));
    await stage.shot(page, "two pills");
    return `${posts} of ${all} included, ${all - posts} left when excluded`;
}

async function addressRestores(stage) {
    const page = await stage.open(`?${stage.everything}`);
    await search(page, "bytes:>1000");
    await field(page, "service").click();
    await page.getByRole("button", { name: "Include service billing" }).click();
    await page.getByRole("button", { name: "Add the column bytes" }).click();
    await page.getByRole("button", { name: "Add the column service" }).click();
    await page.getByRole("button", { name: "bytes", exact: true }).click();
    await page.getByLabel("Width of a bar").selectOption("10m");
    await page.locator('th[aria-sort="ascending"]').waitFor();
    const count = await total(page);
    await page.locator("tr.row [aria-expanded]").nth(1).click();
    await page.getByRole("tab", { name: "Table" }).waitFor();
    const bytes = (await column(page, "bytes")).map((text) => Number(text.replace(/\D/g, "")));
    equal(bytes, [...bytes].sort((a, b) => a - b), "bytes, ascending");
    await stage.shot(page, "a view to share");

    const address = new URL(page.url());
    const other = await stage.open(address.search);
    await waitForTotal(other, count);
    await other.getByRole("tab", { name: "Table" }).waitFor();
    equal(await column(other, "bytes"), await column(page, "bytes"), "the rows elsewhere");
    equal(await query(other).inputValue(), "bytes:>1000", "the query elsewhere");
    equal(await other.locator(".pill").count(), 1, "pills elsewhere");
    equal(await other.getByLabel("Width of a bar").inputValue(), "10m", "the bars elsewhere");
    await stage.shot(other, "the same view elsewhere");
    return decodeURIComponent(address.search);
}

async function chosenTimes(stage) {
    const page = await stage.open(`?index=${PATTERN}&from=2001-01-01T00:00:00Z&to=2001-01-02T00:00:00Z`);
    await page.getByText("No documents here").waitFor();
    await stage.shot(page, "a time without documents");
    await page.getByRole("button", { name: "Show that time" }).click();
    await waitForTotal(page, await stage.countEver({ match_all: {} }));
    await page.getByRole("button", { name: /^Time range/ }).click();
    await stage.shot(page, "time picker");
    await page.getByRole("button", { name: "Last 24 hours" }).click();
    await waitForTotal(page, await stage.countEver({ range: { "@timestamp": { gte: "now-24h" } } }));
    await page.getByRole("button", { name: /^Time range/ }).click();
    await page.getByLabel("Amount").fill("45");
    await page.getByLabel("Unit").selectOption("minutes");
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await page.getByRole("button", { name: "Time range: Last 45 minutes" }).waitFor();
    const some = await total(page);
    truly(some > 0 && some < 2400, `${some} documents in 45 minutes`);
}

async function staleQuestionsEnd(stage) {
    const page = await stage.open(`?${stage.everything}`);
    await total(page);
    const held = [];
    await page.route("**/_search", (route) => {
        if (route.request().postData().includes("slow")) held.push(route);
        else route.continue();
    });
    const aborted = page.waitForEvent("requestfailed", (r) => (r.postData() ?? "").includes("slow"));
    const asked = page.waitForRequest((r) => (r.postData() ?? "").includes("slow"));
    await search(page, "slow");
    await asked;
    await search(page, "verb:PUT");
    equal((await aborted).failure().errorText, "net::ERR_ABORTED", "the end of the old question");
    await waitForTotal(page, await stage.count({ term: { "verb.keyword": "PUT" } }));
}

export const SEARCH_TESTS = [
    { name: "numbers and rows equal _count", run: numbersEqualCount },
    { name: "a document is seen within 2 s of its arrival", run: arrivesSoon },
    { name: "a drag on the histogram narrows time and table", run: dragNarrows },
    { name: "pills include, exclude, rest and require a field", run: pillsFilter },
    { name: "the address restores the view in a fresh browser", run: addressRestores },
    { name: "the time picker and an empty time", run: chosenTimes },
    { name: "a stale question is aborted", run: staleQuestionsEnd },
];
