// view_url.test.ts -- an address and its view are the same thing, whatever the field is called.
import { describe, expect, test } from "vitest";
import { existsFilter, isFilter } from "./filter";
import { DEFAULT_VIEW, type View } from "./view";
import { decodeFilter, decodeView, encodeFilter, encodeView } from "./view_url";

const FULL: View = {
    index: "logs-*",
    from: "2026-11-22T01:00:00.000Z",
    to: "2026-11-22T02:00:00.000Z",
    refreshMs: 5000,
    query: 'response:[500 TO 599] AND message:"a & b = c + d%"',
    filters: [isFilter("response", 404), { ...isFilter("verb", "GET", true), disabled: true }],
    columns: ["clientip", "host.name"],
    sort: { field: "bytes", descending: false },
    interval: "1m",
    doc: "logs-1/ab_c",
};

describe("the address of a view", () => {
    test("is empty for the default", () => {
        expect(encodeView(DEFAULT_VIEW)).toBe("");
        expect(decodeView("")).toEqual(DEFAULT_VIEW);
    });

    test("restores every part", () => {
        expect(decodeView(encodeView(FULL))).toEqual(FULL);
    });

    test("is readable", () => {
        const view = { ...DEFAULT_VIEW, index: "logs-*", filters: [isFilter("response", 404)] };
        expect(encodeView(view)).toBe("?index=logs-*&f=response:404");
    });

    test("falls back where it cannot be read", () => {
        const view = decodeView("?refresh=soon&sort=sideways&f=nothing&columns=,,&from=");
        expect(view).toEqual(DEFAULT_VIEW);
    });

    test("does not refresh faster than every second", () => {
        expect(decodeView("?refresh=10").refreshMs).toBe(0);
    });
});

describe("a filter in the address", () => {
    const same = (value: string | number | boolean, field = "a") => {
        const filter = isFilter(field, value);
        expect(decodeFilter(encodeFilter(filter))).toEqual(filter);
    };

    test.each([0, -1, 3.5, 1e21, true, false])("keeps the number or boolean %s", (value) => {
        same(value);
    });

    test.each(["404", "true", "*", "", '"', "a:b", "007", "-", "!x", "1.0", "é %41", "a\nb"])(
        "keeps the string %j a string",
        (value) => same(value),
    );

    test.each(["a:b", "-a", "!a", "a,b", "100%", "a.b", "@timestamp"])(
        "keeps the name %s",
        (name) => {
            same("v", name);
            const columns = [name, "z"];
            const sort = { field: name, descending: false };
            const view = decodeView(encodeView({ ...DEFAULT_VIEW, columns, sort }));
            expect(view.columns).toEqual(columns);
            expect(view.sort).toEqual(sort);
        },
    );

    test("says exists, negated and switched off", () => {
        const filter = { ...existsFilter("user", true), disabled: true };
        expect(encodeFilter(filter)).toBe("-!user:*");
        expect(decodeFilter("-!user:*")).toEqual(filter);
    });
});
