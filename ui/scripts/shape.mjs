// shape.mjs -- the rules about source files that no linter knows: at most 300 lines, so that a file
// holds one noun, and an opening comment that says why the file exists.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const linesMax = 300;
const source = fileURLToPath(new URL("../src", import.meta.url));
const complaints = [];
for (const file of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!file.isFile() || !/\.(tsx?|css)$/.test(file.name)) continue;
    const path = join(file.parentPath, file.name);
    const text = readFileSync(path, "utf8");
    const lines = text.split("\n").length;
    if (lines > linesMax) complaints.push(`${path}: ${lines} lines; split it by noun`);
    if (!/^(\/\/|\/\*) \S+ -- /.test(text)) complaints.push(`${path}: no opening comment`);
}
for (const complaint of complaints) console.error(complaint);
process.exit(complaints.length ? 1 : 0);
