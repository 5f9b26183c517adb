// query.test.ts -- the page's conditions reach the server whole, and on the right field.
import { describe, expect, test } from "vitest";
import { type FieldCaps, fieldsOf } from "./field";
import { existsFilter, filterLabel, isFilter, withFilter } from "./filter";
import { type Context, pageBody, searchBody, sortField, topValuesBody, viewQuery } from "./query";
import { DEFAULT_VIEW } from "./view";

const cap = (type: string, aggregatable = true) => ({
    [type]: { type, searchable: true, aggregatable },
});

const CAPS: FieldCaps = {
    "@timestamp": cap("date"),
    _id: cap("_id"),
    message: cap("text", false),
    "message.keyword": cap("keyword"),
    note: cap("text", false),
    "a.keyword": cap("keyword"),
    a: cap("object", false),
    response: cap("long"),
    mixed: { ...cap("long"), ...cap("keyword") },
    half: { ...cap("text", false), ...cap("keyword") },
    bytes: { ...cap("long"), ...cap("double") },
};

const FIELDS = fieldsOf(CAPS);
const CONTEXT: Context = { fields: FIELDS, range: { from: 1000, to: 61_000 }, timeZone: "UTC" };
const TIME = { range: { "@timestamp": { gte: 1000, lte: 61_000, format: "epoch_millis" } } };

describe("the fields of an index", () => {
    const summary = Object.fromEntries(FIELDS.map((f) => [f.name, `${f.type} ${f.exact}`]));
    test("hide twins, containers and the server's own", () => {
        expect(summary).toEqual({
            "@timestamp": "date @timestamp",
            "a.keyword": "text a.keyword",
            bytes: "number bytes",
            half: "text ",
            message: "text message.keyword",
            mixed: "mixed mixed",
            note: "text ",
            response: "number response",
        });
    });
});

describe("the query of a view", () => {
    test("is the time range when nothing else is asked", () => {
        expect(viewQuery(DEFAULT_VIEW, CONTEXT)).toEqual({ bool: { filter: [TIME] } });
    });

    test("leaves the time out where no document has one", () => {
        const bare = { ...CONTEXT, fields: FIELDS.filter((f) => f.name !== "@timestamp") };
        expect(viewQuery(DEFAULT_VIEW, bare)).toEqual({ bool: { filter: [] } });
        expect(searchBody(DEFAULT_VIEW, bare)).not.toHaveProperty("aggs");
        expect(searchBody(DEFAULT_VIEW, bare)).toHaveProperty("sort", [
            { _doc: { order: "desc" } },
        ]);
    });

    test("has the words typed and every pill that is on", () => {
        const filters = [
            isFilter("message", "hello"),
            isFilter("note", "two words"),
            isFilter("message", "x".repeat(300)),
            isFilter("response", 200, true),
            { ...isFilter("response", 500), disabled: true },
            existsFilter("bytes", true),
            isFilter("unknown", "v"),
        ];
        expect(viewQuery({ ...DEFAULT_VIEW, query: " a:b ", filters }, CONTEXT)).toEqual({
            bool: {
                filter: [
                    TIME,
                    { query_string: { query: "a:b", analyze_wildcard: true, time_zone: "UTC" } },
                    { term: { "message.keyword": { value: "hello" } } },
                    { match_phrase: { note: "two words" } },
                    { match_phrase: { message: "x".repeat(300) } },
                    { match_phrase: { unknown: "v" } },
                ],
                must_not: [{ term: { response: { value: 200 } } }, { exists: { field: "bytes" } }],
            },
        });
    });
});

describe("a search", () => {
    test("asks for rows, their number and bars at once", () => {
        expect(searchBody(DEFAULT_VIEW, CONTEXT)).toMatchObject({
            size: 100,
            track_total_hits: true,
            sort: [{ "@timestamp": { order: "desc" } }, { _doc: { order: "desc" } }],
            aggs: {
                over_time: {
                    date_histogram: { fixed_interval: "1s", time_zone: "UTC", min_doc_count: 0 },
                },
            },
        });
    });

    test("uses calendar units for long bars", () => {
        const view = { ...DEFAULT_VIEW, interval: "1d" };
        expect(JSON.stringify(searchBody(view, CONTEXT))).toContain('"calendar_interval":"1d"');
    });

    test("goes on after the last row", () => {
        expect(pageBody(DEFAULT_VIEW, CONTEXT, [5, 7])).toMatchObject({ search_after: [5, 7] });
    });

    test("sorts text on its exact twin, or not at all", () => {
        expect(sortField("message", FIELDS)).toBe("message.keyword");
        expect(sortField("note", FIELDS)).toBe("");
    });

    test("counts values of the exact field", () => {
        const message = FIELDS.find((f) => f.name === "message")!;
        expect(topValuesBody(DEFAULT_VIEW, CONTEXT, message, 5)).toMatchObject({
            aggs: { values: { terms: { field: "message.keyword", size: 5 } } },
        });
    });
});

describe("pills", () => {
    test("of the same condition replace each other", () => {
        const once = withFilter([existsFilter("a")], isFilter("a", 1));
        expect(withFilter(once, isFilter("a", 1, true))).toEqual([
            existsFilter("a"),
            isFilter("a", 1, true),
        ]);
        expect(withFilter(once, isFilter("a", "1"))).toHaveLength(3);
    });

    test("say what they do", () => {
        expect(filterLabel(isFilter("a", 1, true))).toBe("NOT a: 1");
        expect(filterLabel(existsFilter("a"))).toBe("a: exists");
    });
});
