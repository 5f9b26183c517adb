// completion.test.ts -- a bar in each example marks the caret.
import { describe, expect, test } from "vitest";
import {
    accept,
    escapeName,
    fieldSuggestions,
    type Place,
    placeAt,
    quoteValue,
    valueSuggestions,
} from "./completion";
import type { Field } from "./field";

function at(marked: string): Place {
    return placeAt(marked.replace("|", ""), marked.indexOf("|"));
}

const field = (name: string): Field => ({ name, type: "text", searchable: true, exact: name });
const FIELDS = ["request", "response", "agent", "a b"].map(field);

function labels(marked: string): string[] {
    const place = at(marked);
    if (place.kind !== "field") throw new Error("not a field's place");
    return fieldSuggestions(place, FIELDS, marked.replace("|", "")).map((s) => s.label);
}

function taken(marked: string, label: string): string {
    const query = marked.replace("|", "");
    const place = at(marked);
    const values = ["GET", "a b", "200"].map((value) => ({ value, count: 1 }));
    const all =
        place.kind === "field"
            ? fieldSuggestions(place, FIELDS, query)
            : place.kind === "value"
              ? valueSuggestions(place, values)
              : [];
    const result = accept(query, all.find((s) => s.label === label)!);
    return `${result.query.slice(0, result.caret)}|${result.query.slice(result.caret)}`;
}

describe("the place of the caret", () => {
    test.each([
        ["|", "field", ""],
        ["res|", "field", "res"],
        ["(res|", "field", "res"],
        ["-res|", "field", "res"],
        ["a:1 AND re|", "field", "re"],
        ["re|sponse:200", "field", "re"],
        ["a\\ b|", "field", "a b"],
    ])("%s is in a name", (marked, kind, prefix) => {
        expect(at(marked)).toMatchObject({ kind, prefix });
    });

    test.each([
        ["response:|", "response", ""],
        ["response:2|", "response", "2"],
        ["(+response:2|)", "response", "2"],
        ['agent:"Mozilla 5|', "agent", "Mozilla 5"],
        ['agent:"say \\"hi|', "agent", 'say "hi'],
        ["a\\ b:x|", "a b", "x"],
        ["a\\:b:x|", "a:b", "x"],
    ])("%s is in a value", (marked, name, prefix) => {
        expect(at(marked)).toMatchObject({ kind: "value", field: name, prefix });
    });

    test.each(['"some wo|', "bytes:[1|", "bytes:>1|", "path:/a|"])(
        "%s has nothing to offer",
        (m) => {
            expect(at(m)).toEqual({ kind: "none" });
        },
    );
});

describe("suggestions", () => {
    test("begin with names that begin so", () => {
        expect(labels("e|")).toEqual(["request", "response", "agent"]);
        expect(labels("a|")).toEqual(["agent", "a b"]);
    });

    test("offer operators after a clause only", () => {
        expect(labels("a:1 |").slice(0, 3)).toEqual(["AND", "OR", "NOT"]);
        expect(labels("|")).not.toContain("AND");
        expect(labels("a:1 AND |")).not.toContain("OR");
        expect(labels("a:1 an|")).toContain("AND");
    });

    test("replace the word and put the caret behind it", () => {
        expect(taken("res|", "response")).toBe("response:|");
        expect(taken("re|q:5", "request")).toBe("request|:5");
        expect(taken("x AND a|", "a b")).toBe("x AND a\\ b:|");
        expect(taken("verb:g|", "GET")).toBe("verb:GET |");
        expect(taken('verb:"a |" AND x', "a b")).toBe('verb:"a b" |AND x');
        expect(taken("verb:|", "a b")).toBe('verb:"a b" |');
    });
});

describe("writing", () => {
    test.each([
        ["plain", "plain"],
        ["two words", '"two words"'],
        ['say "hi" \\', '"say \\"hi\\" \\\\"'],
        ["AND", '"AND"'],
        ["10.0.0.1", "10.0.0.1"],
        ["", '""'],
        [-5, "\\-5"],
        [true, "true"],
        ["/a/b", '"/a/b"'],
    ])("the value %j", (value, text) => expect(quoteValue(value)).toBe(text));

    test("a name", () => {
        expect(escapeName("a b:c")).toBe("a\\ b\\:c");
        expect(escapeName("@timestamp")).toBe("@timestamp");
        expect(escapeName("host.name-x")).toBe("host.name-x");
    });
});
