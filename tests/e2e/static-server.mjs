// static-server.mjs -- the built page and an Elasticsearch API on one origin, as the Elkhorn server
// offers them, for servers that have no page of their own.
//
//   node static-server.mjs --dist DIR --api URL [--port N]     prints its address
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, request } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
};

function forward(incoming, outgoing, api) {
    const target = new URL(api);
    const options = {
        host: target.hostname,
        port: target.port,
        agent: false, // an aborted question must not break the connection of the next one
        method: incoming.method,
        path: incoming.url.replace(/^\/es/, "") || "/",
        headers: { ...incoming.headers, host: target.host },
    };
    const upstream = request(options, (answer) => {
        outgoing.writeHead(answer.statusCode, answer.headers);
        answer.pipe(outgoing);
    });
    upstream.on("error", (error) => {
        if (!outgoing.headersSent) outgoing.writeHead(502, { "Content-Type": "text/plain" });
        outgoing.end(String(error));
    });
    outgoing.on("close", () => upstream.destroy());
    incoming.pipe(upstream);
}

function sendFile(path, outgoing) {
    outgoing.writeHead(200, { "Content-Type": TYPES[extname(path)] ?? "application/octet-stream" });
    createReadStream(path).pipe(outgoing);
}

/** Starts the server; resolves to its address and a function that ends it. */
export function startStaticServer({ dist, api, port = 0 }) {
    const server = createServer((incoming, outgoing) => {
        if (/^\/es(\/|\?|$)/.test(incoming.url)) return forward(incoming, outgoing, api);
        const name = normalize(decodeURIComponent(new URL(incoming.url, "http://x").pathname));
        const path = join(dist, name);
        const found = path.startsWith(dist) && existsSync(path) && statSync(path).isFile();
        sendFile(found ? path : join(dist, "index.html"), outgoing);
    });
    return new Promise((resolve, reject) => {
        server.on("error", reject);
        server.listen(port, "127.0.0.1", () => {
            const url = `http://127.0.0.1:${server.address().port}`;
            const stop = () => {
                server.closeAllConnections();
                server.close();
            };
            resolve({ url, stop });
        });
    });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const options = { dist: { type: "string" }, api: { type: "string" }, port: { type: "string" } };
    const { dist, api, port } = parseArgs({ options }).values;
    const server = await startStaticServer({ dist, api, port: Number(port ?? 0) });
    console.log(server.url);
}
