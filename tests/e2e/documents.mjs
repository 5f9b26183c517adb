// documents.mjs -- believable access-log lines to look at, always the same for the same end time.

const VERBS = ["GET", "GET", "GET", "GET", "POST", "PUT", "DELETE"];
const PATHS = ["/", "/cart", "/checkout", "/api/orders", "/api/items", "/login", "/static/app.js"];
const STATUS = [200, 200, 200, 200, 200, 200, 304, 301, 404, 403, 500, 503];
const SERVICES = ["shop", "shop", "shop", "billing", "search"];
const AGENTS = [
    "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15",
    "curl/8.5.0",
    "Googlebot/2.1 (+http://www.google.com/bot.html)",
];

// A small generator with a seed: the same lines in every run.
function generator(seed) {
    let state = seed;
    return (limit) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return Math.floor((state / 2 ** 32) * limit);
    };
}

function pick(items, random) {
    return items[random(items.length)];
}

// Traffic swells and ebbs, so that the bars over time have a shape.
function timeOf(i, count, endMs, spanMs) {
    const share = i / count;
    const bent = share + 0.045 * Math.sin(share * Math.PI * 6);
    return Math.round(endMs - spanMs * (1 - Math.min(0.999, Math.max(0, bent))));
}

function documentAt(time, random) {
    const verb = pick(VERBS, random);
    const request = pick(PATHS, random);
    const response = pick(STATUS, random);
    const bytes = 120 + random(48_000);
    const clientip = `10.${random(4)}.${random(16)}.${1 + random(250)}`;
    const agent = pick(AGENTS, random);
    const stamp = new Date(time).toISOString();
    return {
        "@timestamp": stamp,
        message: `${clientip} - - [${stamp}] "${verb} ${request} HTTP/1.1" ${response} ${bytes}`,
        clientip,
        verb,
        request,
        response,
        bytes,
        agent,
        service: pick(SERVICES, random),
        host: { name: `web-${1 + random(4)}` },
        secure: random(4) > 0,
        tags: random(3) ? ["access"] : ["access", "slow"],
        ...(random(5) ? {} : { user: { name: pick(["ann", "bob", "carl", "dina"], random) } }),
    };
}

/** `count` documents within `spanMs` before `endMs`; some share a millisecond. */
export function documents({ count, endMs, spanMs, seed = 7 }) {
    const random = generator(seed);
    return Array.from({ length: count }, (_, i) =>
        documentAt(timeOf(i - (i % 3 === 0 ? 1 : 0), count, endMs, spanMs), random),
    );
}

/** Sends documents through `_bulk` and makes them searchable; throws where one is refused. */
export async function feed(api, index, docs, { refresh = true } = {}) {
    const lines = docs.flatMap((doc) => ['{"index":{}}', JSON.stringify(doc)]);
    const response = await fetch(`${api}/${index}/_bulk${refresh ? "?refresh=true" : ""}`, {
        method: "POST",
        headers: { "Content-Type": "application/x-ndjson" },
        body: `${lines.join("\n")}\n`,
    });
    const answer = await response.json();
    if (!response.ok || answer.errors) {
        throw new Error(`_bulk answered ${response.status}: ${JSON.stringify(answer).slice(0, 400)}`);
    }
}
