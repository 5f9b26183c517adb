// histogram.test.ts -- what a drag over bars selects, and the labels below them.
import { describe, expect, test } from "vitest";
import { barAt, rangeOfBars, roundedUp, timeTicks } from "./histogram";

const BARS = [0, 10, 20, 30].map((start) => ({ start, end: start + 10, count: start }));

describe("bars", () => {
    test("under a drag give their range, clipped to the searched one", () => {
        expect(rangeOfBars(BARS, 1, 2, { from: 0, to: 40 })).toEqual({ from: 10, to: 29 });
        expect(rangeOfBars(BARS, 3, 0, { from: 5, to: 33 })).toEqual({ from: 5, to: 33 });
        expect(rangeOfBars([], 0, 0, { from: 0, to: 1 })).toBeNull();
    });

    test("are found by time", () => {
        expect([barAt(BARS, -5), barAt(BARS, 10), barAt(BARS, 19), barAt(BARS, 99)]).toEqual([
            0, 1, 1, 3,
        ]);
    });
});

describe("axes", () => {
    test.each([
        [0, 1],
        [1, 1],
        [3, 4],
        [11, 20],
        [500, 500],
        [501, 600],
        [221, 300],
    ])("%d rounds up to %d", (value, round) => expect(roundedUp(value)).toBe(round));

    test("have few, round labels", () => {
        const from = new Date(2026, 10, 22, 1, 2, 3).getTime();
        const hour = timeTicks({ from, to: from + 3_600_000 }, 8);
        expect(hour.map((t) => t.label)).toEqual([
            "01:10",
            "01:20",
            "01:30",
            "01:40",
            "01:50",
            "02:00",
        ]);
        const year = timeTicks({ from, to: from + 365 * 86_400_000 }, 14);
        expect(year).toHaveLength(12);
        expect(new Date(year[0]!.at).getDate()).toBe(1);
    });
});
