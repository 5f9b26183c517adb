// size.mjs -- what the first view costs on the wire, and a failing build when it costs too much.
//
// Everything that index.html names (scripts, styles, the icon) is on the way to the first view, so
// the whole of dist/ counts: there are no later chunks yet.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const limitBytes = 200_000;
const dist = fileURLToPath(new URL("../dist", import.meta.url));
const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((f) => f.isFile());

let total = 0;
for (const file of files) {
    const path = join(file.parentPath, file.name);
    const bytes = gzipSync(readFileSync(path), { level: 9 }).length;
    total += bytes;
    console.log(`${String(bytes).padStart(8)}  ${path.slice(dist.length + 1)}`);
}
console.log(`${String(total).padStart(8)}  first view in bytes of gzip, of ${limitBytes} allowed`);
if (total > limitBytes) {
    console.error("the first view is too large: load what it does not need later, or drop it");
    process.exit(1);
}
