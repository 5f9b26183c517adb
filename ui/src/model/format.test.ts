// format.test.ts -- what people read is rounded honestly.
import { describe, expect, test } from "vitest";
import { formatShare, formatTimestamp } from "./format";

describe("formatting", () => {
    test.each([
        [0, 0, "0 %"],
        [0, 10, "0 %"],
        [1, 10_000, "< 0.1 %"],
        [1, 3, "33.3 %"],
        [10, 10, "100 %"],
    ])("%d of %d is %s", (part, whole, text) => expect(formatShare(part, whole)).toBe(text));

    test("a timestamp is local, and nonsense stays", () => {
        const ms = new Date(2026, 0, 2, 3, 4, 5, 6).getTime();
        expect(formatTimestamp(ms)).toBe("2026-01-02 03:04:05.006");
        expect(formatTimestamp(new Date(ms).toISOString())).toBe("2026-01-02 03:04:05.006");
        expect(formatTimestamp("soon")).toBe("soon");
        expect(formatTimestamp(undefined)).toBe("");
    });
});
