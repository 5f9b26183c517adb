// interval.ts -- how wide a bar of the histogram is.
//
// Widths come from a short ladder of round ones, so bars begin at round times. From a day upwards
// they are calendar units: a day of the user's time zone may last 23 or 25 hours.
import type { TimeRange } from "./time";

export interface Interval {
    name: string; // as the server and the address spell it
    ms: number; // for calendar units: the usual length
    calendar: boolean;
}

const fixed = (name: string, ms: number): Interval => ({ name, ms, calendar: false });
const calendar = (name: string, days: number): Interval => ({
    name,
    ms: days * 86_400_000,
    calendar: true,
});

export const INTERVALS: Interval[] = [
    fixed("10ms", 10),
    fixed("100ms", 100),
    fixed("500ms", 500),
    fixed("1s", 1000),
    fixed("5s", 5000),
    fixed("10s", 10_000),
    fixed("30s", 30_000),
    fixed("1m", 60_000),
    fixed("5m", 300_000),
    fixed("10m", 600_000),
    fixed("30m", 1_800_000),
    fixed("1h", 3_600_000),
    fixed("3h", 10_800_000),
    fixed("12h", 43_200_000),
    calendar("1d", 1),
    calendar("1w", 7),
    calendar("1M", 30),
    calendar("1y", 365),
];

const AUTO_BARS_MAX = 100;
const BARS_MAX = 2000;

function narrowest(range: TimeRange, barsMax: number): Interval {
    const length = range.to - range.from;
    return INTERVALS.find((i) => length / i.ms <= barsMax) ?? INTERVALS[INTERVALS.length - 1]!;
}

/** The interval to ask for: the wished one, or a wider one where that would make too many bars. */
export function chooseInterval(wish: string, range: TimeRange): Interval {
    const wished = INTERVALS.find((i) => i.name === wish);
    if (!wished) return narrowest(range, AUTO_BARS_MAX);
    const least = narrowest(range, BARS_MAX);
    return wished.ms < least.ms ? least : wished;
}

const LABELS: Record<string, string> = {
    "10ms": "10 milliseconds",
    "100ms": "100 milliseconds",
    "500ms": "500 milliseconds",
    "1s": "second",
    "5s": "5 seconds",
    "10s": "10 seconds",
    "30s": "30 seconds",
    "1m": "minute",
    "5m": "5 minutes",
    "10m": "10 minutes",
    "30m": "30 minutes",
    "1h": "hour",
    "3h": "3 hours",
    "12h": "12 hours",
    "1d": "day",
    "1w": "week",
    "1M": "month",
    "1y": "year",
};

export function intervalLabel(name: string): string {
    return LABELS[name] ?? name;
}
