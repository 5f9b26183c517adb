// document.test.ts -- documents, their severity and the families of indices.
import { describe, expect, test } from "vitest";
import { joinedRows, rowOf, sampleValues, scalarsOf, textOf } from "./document";
import { defaultPattern, matchesPattern, patternChoices } from "./index_pattern";
import { severityOf } from "./severity";

const row = (source: Record<string, unknown>, id = "1") =>
    rowOf({ _index: "i", _id: id, _source: source });

describe("a document", () => {
    test("has dotted names, and lists stay together", () => {
        const { values, key } = row({
            a: { b: 1, c: ["x", null] },
            "a.b": 2,
            list: [{ k: 1 }],
            empty: [],
        });
        expect(key).toBe("i/1");
        expect(textOf(values.get("a.b"))).toBe("1, 2");
        expect(textOf(values.get("a.c"))).toBe("x, null");
        expect(scalarsOf(values.get("a.c"))).toEqual(["x"]);
        expect(textOf(values.get("list"))).toBe('[{"k":1}]');
        expect(scalarsOf(values.get("list"))).toEqual([]);
        expect(textOf(values.get("empty"))).toBe("");
        expect(textOf(values.get("nowhere"))).toBe("");
    });

    test("appears once, even when two pages hold it", () => {
        expect(joinedRows([row({}), row({}, "2")], [row({}, "2"), row({}, "3")])).toHaveLength(3);
    });

    test("has values to count", () => {
        const rows = [row({ a: "x" }), row({ a: ["y", "x"] }), row({})];
        expect(sampleValues(rows, "a", 1)).toEqual([{ value: "x", count: 2 }]);
    });
});

describe("severity", () => {
    test.each([
        [{ level: "ERROR" }, "error"],
        [{ log: { level: "warn" } }, "warning"],
        [{ level: "info", response: 500 }, "info"],
        [{ response: "503" }, "error"],
        [{ status: 404 }, "warning"],
        [{ response: 200 }, ""],
        [{}, ""],
    ])("of %j is %j", (source, severity) => expect(severityOf(row(source))).toBe(severity));
});

describe("index patterns", () => {
    const all = [
        { name: "logs-2026.11.21", documents: 5 },
        { name: "logs-2026.11.22", documents: 6 },
        { name: "web-app-000007", documents: 50 },
        { name: ".hidden", documents: 99 },
        { name: "plain", documents: 1 },
    ];

    test("stand for families, then for everything, then for each", () => {
        expect(patternChoices(all).map((c) => `${c.pattern} ${c.documents}`)).toEqual([
            "web-* 50",
            "web-app-* 50",
            "logs-* 11",
            "* 62",
            "logs-2026.11.21 5",
            "logs-2026.11.22 6",
            "plain 1",
            "web-app-000007 50",
        ]);
    });

    test("begin with logs-* where it exists", () => {
        expect(defaultPattern(patternChoices(all))).toBe("logs-*");
        expect(defaultPattern(patternChoices([all[2]!]))).toBe("web-*");
        expect(defaultPattern([])).toBe("");
    });

    test("match like the server does", () => {
        expect(matchesPattern("logs-1", "web-*, logs-*")).toBe(true);
        expect(matchesPattern("xlogs-1", "logs-*")).toBe(false);
        expect(matchesPattern("logsx1", "logs.1")).toBe(false);
    });
});
