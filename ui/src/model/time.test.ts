// time.test.ts -- expressions of time mean what people expect, and nonsense is named.
import { describe, expect, test } from "vitest";
import { chooseInterval } from "./interval";
import {
    absoluteRange,
    localInputValue,
    rangeLabel,
    resolveRange,
    resolveTime,
    shiftedRange,
    widenedRange,
} from "./time";

const NOW = new Date(2026, 10, 22, 14, 35, 20, 500).getTime();
const local = (...parts: [number, number, number?, number?, number?, number?]) =>
    new Date(...parts).getTime();

describe("a point in time", () => {
    test.each([
        ["now", NOW],
        ["now-5m", NOW - 300_000],
        ["now-1h+30m", NOW - 1_800_000],
        ["now/h", local(2026, 10, 22, 14)],
        ["now/d", local(2026, 10, 22)],
        ["now-1d/d", local(2026, 10, 21)],
        ["now/w", local(2026, 10, 16)],
        ["now/M", local(2026, 10, 1)],
        ["now-1y/y", local(2025, 0, 1)],
        ["2026-01-02T03:04:05.006Z", Date.UTC(2026, 0, 2, 3, 4, 5, 6)],
        ["2026-01-02T03:04", local(2026, 0, 2, 3, 4)],
    ])("%s", (expression, ms) => expect(resolveTime(expression, NOW)).toBe(ms));

    test.each(["", "yesterday", "now-5", "now-5q", "now/", "5", "2026-99-01"])(
        "%j is none",
        (expression) => expect(resolveTime(expression, NOW)).toBeNull(),
    );
});

describe("a range", () => {
    test("has two ends in order", () => {
        expect(resolveRange("now-1m", "now", NOW)).toEqual({ from: NOW - 60_000, to: NOW });
        expect(resolveRange("now", "now-1m", NOW)).toMatch(/ends before/);
        expect(resolveRange("soon", "now", NOW)).toMatch(/"soon" is no point in time/);
    });

    test("is named like a person would", () => {
        expect(rangeLabel("now-15m", "now", NOW)).toBe("Last 15 minutes");
        expect(rangeLabel("now-3h", "now", NOW)).toBe("Last 3 hours");
        expect(rangeLabel("now/d", "now", NOW)).toBe("Today");
        expect(rangeLabel("2026-01-02T03:04:05", "now", NOW)).toMatch(/2026.*→ now/);
        expect(rangeLabel("2026-01-02T03:04", "2026-01-02T04:00", NOW)).toMatch(
            /2026.*→ 04:00:00$/,
        );
        expect(rangeLabel("2026-01-02T03:04:05", "2026-01-02T03:04:05.500", NOW)).toMatch(
            /2026, 03:04:05.000 → 03:04:05.500$/,
        );
        expect(rangeLabel("2026-01-02T03:04", "2026-01-03T04:00", NOW)).toMatch(/2026.*→.*2026/);
    });

    test("moves and widens", () => {
        const range = { from: 1000, to: 3000 };
        expect(shiftedRange(range, -1)).toEqual({ from: -1000, to: 1000 });
        expect(widenedRange(range)).toEqual({ from: 0, to: 4000 });
        expect(absoluteRange(range).from).toBe("1970-01-01T00:00:01.000Z");
    });

    test("fills a datetime-local input", () => {
        expect(localInputValue(NOW)).toBe("2026-11-22T14:35:20");
    });
});

describe("the interval of a bar", () => {
    const range = (ms: number) => ({ from: 0, to: ms });

    test.each([
        [900_000, "10s"],
        [3_600_000, "1m"],
        [86_400_000, "30m"],
        [7 * 86_400_000, "3h"],
        [365 * 86_400_000, "1w"],
        [1, "10ms"],
    ])("for %d ms is %s", (ms, name) => {
        expect(chooseInterval("auto", range(ms)).name).toBe(name);
    });

    test("is the wished one unless that makes too many bars", () => {
        expect(chooseInterval("1m", range(3_600_000)).name).toBe("1m");
        expect(chooseInterval("1s", range(86_400_000)).name).toBe("1m");
        expect(chooseInterval("1y", range(1000)).name).toBe("1y");
    });
});
