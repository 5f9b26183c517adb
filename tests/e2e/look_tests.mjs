// look_tests.mjs -- reading and driving: completion, documents, errors, themes, keyboard, first visit.
import {
    bars,
    equal,
    focused,
    query,
    rows,
    search,
    sum,
    tabTo,
    total,
    truly,
    waitForTotal,
} from "./page.mjs";

async function completes(stage) {
    const page = await stage.open(`?${stage.everything}`);
    await total(page);
    const options = page.getByRole("listbox", { name: "Suggestions" }).getByRole("option");
    await query(page).focus();
    await page.keyboard.type("resp");
    await options.first().waitFor();
    await stage.shot(page, "completing a field");
    await page.keyboard.press("Tab");
    equal(await query(page).inputValue(), "response:", "after Tab");
    await options.first().waitFor();
    await stage.shot(page, "completing a value");
    await page.keyboard.type("40");
    await page.keyboard.press("ArrowDown");
    const chosen = await options.first().locator(".mono").innerText();
    await page.keyboard.press("Enter");
    equal(await query(page).inputValue(), `response:${chosen} `, "after Enter on a value");
    await page.keyboard.type("an");
    await options.filter({ hasText: "AND" }).waitFor();
    await page.keyboard.press("Escape");
    await options.first().waitFor({ state: "detached" });
    await page.keyboard.type("d");
    await page.keyboard.press("Backspace");
    await page.keyboard.press("Backspace");
    await page.keyboard.press("Backspace");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
    await waitForTotal(page, await stage.count({ term: { response: Number(chosen) } }));
    return `response:${chosen}`;
}

async function showsDocument(stage) {
    const page = await stage.open(`?${stage.everything}`);
    await rows(page).first().locator("[aria-expanded]").click();
    const document = page.getByRole("region", { name: "Document", exact: true });
    const key = await rows(page).first().getAttribute("data-doc");
    const id = key.slice(key.indexOf("/") + 1);
    await document.getByRole("rowheader", { name: "clientip" }).waitFor();
    await stage.shot(page, "document as table");
    await document.getByRole("button", { name: "Add a column of clientip" }).click();
    await page.getByRole("columnheader", { name: "clientip" }).waitFor();
    await document.getByRole("tab", { name: "JSON" }).click();
    const shown = JSON.parse(await document.locator("pre").innerText());
    const { _source } = await (await fetch(`${stage.api}/${key.split("/")[0]}/_doc/${id}`)).json();
    equal(shown._source, _source, "the document as JSON");
    await document.getByRole("button", { name: "Copy" }).click();
    await document.getByText("Copied").waitFor();
    await stage.shot(page, "document as json");
    await document.getByRole("tab", { name: "Table" }).click();
    await document.getByRole("button", { name: "Exclude clientip" }).click();
    const others = { bool: { must_not: [{ term: { "clientip.keyword": _source.clientip } }] } };
    await waitForTotal(page, await stage.count(others));
}

async function explainsErrors(stage) {
    const page = await stage.open(`?${stage.everything}`);
    const before = await total(page);
    await search(page, "(a");
    const alert = page.getByRole("alert");
    await alert.waitFor();
    const said = await alert.locator("p").first().innerText();
    truly(/\(a/.test(said) && /not finished|cannot be understood/.test(said), `it says: ${said}`);
    truly((await rows(page).count()) > 0, "the page lost its rows");
    await stage.shot(page, "a broken query");
    await search(page, "");
    await alert.waitFor({ state: "detached" });
    await waitForTotal(page, before);
    const gone = await stage.open("?index=logs-e2e-not-there");
    await gone.getByRole("alert").getByText("No such index").waitFor();
    await stage.shot(gone, "an index that is not there");
    return said;
}

async function brightness(page) {
    const colour = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    return sum(colour.match(/\d+/g).slice(0, 3).map(Number)) / 3;
}

async function themes(stage) {
    const dark = await stage.open(`?${stage.everything}&f=verb:GET`, { colorScheme: "dark" });
    await total(dark);
    truly((await brightness(dark)) < 60, "the system's dark theme is not followed");
    await rows(dark).nth(1).locator("[aria-expanded]").click();
    await dark.locator(".field-name").nth(6).click();
    await dark.locator(".value-bars").waitFor();
    await stage.shot(dark, "dark");
    await dark.getByRole("button", { name: "Use the light theme" }).click();
    truly((await brightness(dark)) > 200, "the switch does not make it light");
    await stage.shot(dark, "switched to light");
    await dark.reload();
    await total(dark);
    truly((await brightness(dark)) > 200, "the choice is forgotten");
}

async function narrowWindow(stage) {
    const page = await stage.open(`?${stage.everything}&f=verb:GET`, { width: 800, height: 700 });
    await total(page);
    const overflow = () =>
        page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    equal(await overflow(), 0, "pixels beyond the window");
    await stage.shot(page, "800 pixels");
    await page.getByRole("button", { name: "Fields", exact: true }).click();
    await page.getByRole("navigation", { name: "Fields" }).waitFor();
    await stage.shot(page, "800 pixels with fields");
    await page.getByRole("button", { name: /^Time range/ }).click();
    equal(await overflow(), 0, "pixels beyond the window with the time picker");
    await stage.shot(page, "800 pixels with time picker");
}

async function keyboardWalk(stage) {
    const page = await stage.open(`?${stage.everything}`);
    const all = await total(page);
    await tabTo(page, /^Indices/);
    await page.keyboard.press("Enter");
    await page.getByLabel("Index pattern").waitFor();
    await page.keyboard.press("Escape");
    truly(/^Indices/.test(await focused(page)), "Escape did not return the focus");
    await tabTo(page, /^Query/);
    await tabTo(page, /^Time range/);
    await tabTo(page, /^Auto refresh/);
    await tabTo(page, /^Search the fields/);
    await page.keyboard.type("verb");
    await tabTo(page, /verb/);
    await page.keyboard.press("Enter");
    await page.locator(".value-bars").waitFor();
    await tabTo(page, /^Include verb GET/);
    await page.keyboard.press("Enter");
    const gets = await stage.count({ term: { "verb.keyword": "GET" } });
    await waitForTotal(page, gets);
    await stage.shot(page, "keyboard made a pill");
    await tabTo(page, /^Documents over time/);
    const counts = (await bars(page)).map((b) => b.count);
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    for (let i = 0; i < 9; i++) await page.keyboard.press("Shift+ArrowLeft");
    await stage.shot(page, "keyboard on the histogram");
    await page.keyboard.press("Enter");
    await waitForTotal(page, sum(counts.slice(-11, -1)));
    await tabTo(page, /^Open the document/);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("tab", { name: "Table" }).waitFor();
    await tabTo(page, /^Table$/);
    await page.keyboard.press("ArrowRight");
    await page.getByRole("tab", { name: "JSON", selected: true }).waitFor();
    await stage.shot(page, "keyboard opened a document");
    return `${all} to ${gets} to ${sum(counts.slice(-11, -1))} documents without a mouse`;
}

async function firstVisit(stage) {
    const page = await stage.open("?index=logs-e2e-*");
    await page.route("**/_cat/indices**", (route) => route.fulfill({ json: [] }));
    await page.goto(`${stage.ui}/`);
    await page.getByText("Waiting for the first line").waitFor();
    await stage.shot(page, "no index yet");
    await page.unroute("**/_cat/indices**");
    await page.getByRole("combobox", { name: "Query" }).waitFor();
    await page.getByText("Waiting for the first line").waitFor({ state: "detached" });
}

export const LOOK_TESTS = [
    { name: "the query completes by keyboard", run: completes },
    { name: "a document as table and as JSON", run: showsDocument },
    { name: "errors are sentences and the page stays", run: explainsErrors },
    { name: "dark and light", run: themes },
    { name: "a window of 800 pixels", run: narrowWindow },
    { name: "a walk by keyboard alone", run: keyboardWalk },
    { name: "the first visit waits for the first line", run: firstVisit },
];
