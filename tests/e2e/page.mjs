// page.mjs -- how tests read and drive the page: by the names and roles that people perceive.

export function equal(actual, expected, what) {
    if (JSON.stringify(actual) === JSON.stringify(expected)) return;
    throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
}

export function truly(condition, what) {
    if (!condition) throw new Error(what);
}

export function rows(page) {
    return page.locator("tr.row");
}

/** The number of documents that the headline shows, once the page has settled. */
export async function total(page) {
    await page.locator('table.documents[aria-busy="false"]').waitFor();
    return Number(await page.locator("[data-total]").getAttribute("data-total"));
}

export async function waitForTotal(page, number) {
    await page.locator(`[data-total="${number}"]`).waitFor().catch(async () => {
        throw new Error(`the page shows ${await total(page)} documents instead of ${number}`);
    });
}

export function field(page, name) {
    return page.locator(".field-name", { has: page.getByText(name, { exact: true }) });
}

export function query(page) {
    return page.getByRole("combobox", { name: "Query" });
}

export async function search(page, text) {
    await query(page).fill(text);
    await page.keyboard.press("Enter");
}

/** The bars as the page tells them to those who cannot see them. */
export function bars(page) {
    return page.locator(".bar").evaluateAll((all) =>
        all.map((bar) => {
            const { x, width } = bar.getBoundingClientRect();
            const text = bar.getAttribute("aria-label").split(": ").at(-1);
            return { x, width, count: Number(text.replace(/\D/g, "")) };
        }),
    );
}

export function sum(numbers) {
    return numbers.reduce((a, b) => a + b, 0);
}

/** Resolves in the moment in which a text is in the table; a locator would look now and then. */
export function seen(page, text) {
    return page.evaluate((wanted) => {
        const there = () => document.querySelector("table.documents")?.textContent.includes(wanted);
        return new Promise((resolve, reject) => {
            if (there()) return resolve();
            const late = setTimeout(() => reject(new Error(`${wanted} never came`)), 10_000);
            const observer = new MutationObserver(() => {
                if (!there()) return;
                observer.disconnect();
                clearTimeout(late);
                resolve();
            });
            observer.observe(document.body, { childList: true, subtree: true, characterData: true });
        });
    }, text);
}

/** The text of a column in every row that is loaded. */
export async function column(page, name) {
    const heads = await page.locator("table.documents > thead th").allInnerTexts();
    const at = heads.findIndex((head) => head.trim().split(/\s/)[0] === name);
    truly(at >= 0, `there is no column ${name} among ${heads}`);
    return rows(page).locator(`td:nth-child(${at + 1})`).allInnerTexts();
}

/** What has the keyboard focus, in words. */
export function focused(page) {
    return page.evaluate(() => {
        const at = document.activeElement;
        return at?.getAttribute("aria-label") ?? at?.textContent?.trim() ?? "";
    });
}

/** Presses Tab until the focus is on what matches; fails when the focus has come round. */
export async function tabTo(page, pattern) {
    const seen = [];
    for (let i = 0; i < 60; i++) {
        const name = await focused(page);
        if (pattern.test(name)) {
            const outline = await page.evaluate(() => {
                const at = document.activeElement;
                const style = getComputedStyle(at);
                const box = at.closest(".query-bar");
                return style.outlineStyle !== "none" || (box && getComputedStyle(box).boxShadow !== "none");
            });
            truly(outline, `the focus on ${name} cannot be seen`);
            return;
        }
        seen.push(name.slice(0, 30));
        await page.keyboard.press("Tab");
    }
    throw new Error(`Tab never reached ${pattern}; it went ${seen.join(" > ")}`);
}
