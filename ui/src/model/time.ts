// time.ts -- points and ranges in time: relative ("now-15m", "now/d") or absolute (ISO dates).
//
// Relative ends are resolved here, once per search, and the server gets plain milliseconds: the
// table, the histogram and every page loaded later then speak of the same range.

export interface TimeRange {
    from: number; // milliseconds since 1970
    to: number;
}

export interface QuickRange {
    label: string;
    from: string;
}

export const QUICK_RANGES: QuickRange[] = [
    { label: "Last 5 minutes", from: "now-5m" },
    { label: "Last 15 minutes", from: "now-15m" },
    { label: "Last 30 minutes", from: "now-30m" },
    { label: "Last 1 hour", from: "now-1h" },
    { label: "Last 4 hours", from: "now-4h" },
    { label: "Last 12 hours", from: "now-12h" },
    { label: "Today", from: "now/d" },
    { label: "Last 24 hours", from: "now-24h" },
    { label: "Last 7 days", from: "now-7d" },
    { label: "Last 30 days", from: "now-30d" },
    { label: "Last 90 days", from: "now-90d" },
    { label: "Last 1 year", from: "now-1y" },
];

export const UNITS: Record<string, string> = {
    s: "seconds",
    m: "minutes",
    h: "hours",
    d: "days",
    w: "weeks",
    M: "months",
    y: "years",
};

function shift(time: Date, amount: number, unit: string): void {
    switch (unit) {
        case "s":
            time.setTime(time.getTime() + amount * 1000);
            break;
        case "m":
            time.setTime(time.getTime() + amount * 60_000);
            break;
        case "h":
            time.setTime(time.getTime() + amount * 3_600_000);
            break;
        case "d":
            time.setDate(time.getDate() + amount);
            break;
        case "w":
            time.setDate(time.getDate() + 7 * amount);
            break;
        case "M":
            time.setMonth(time.getMonth() + amount);
            break;
        case "y":
            time.setFullYear(time.getFullYear() + amount);
            break;
    }
}

function floor(time: Date, unit: string): void {
    if (unit === "y") time.setMonth(0, 1);
    if (unit === "M") time.setDate(1);
    if (unit === "w") time.setDate(time.getDate() - ((time.getDay() + 6) % 7));
    if (unit === "s") time.setMilliseconds(0);
    else if (unit === "m") time.setSeconds(0, 0);
    else if (unit === "h") time.setMinutes(0, 0, 0);
    else time.setHours(0, 0, 0, 0);
}

/** The milliseconds an expression means, or null when it means nothing. */
export function resolveTime(expression: string, now: number): number | null {
    const relative = /^now((?:[+-]\d{1,9}[smhdwMy])*)(?:\/([smhdwMy]))?$/.exec(expression.trim());
    if (!relative) {
        const absolute = Date.parse(expression);
        return /^\d{4}-/.test(expression.trim()) && !Number.isNaN(absolute) ? absolute : null;
    }
    const time = new Date(now);
    for (const [, sign, amount, unit] of relative[1]!.matchAll(/([+-])(\d+)([smhdwMy])/g)) {
        shift(time, Number(sign + amount!), unit!);
    }
    if (relative[2]) floor(time, relative[2]);
    return Number.isNaN(time.getTime()) ? null : time.getTime();
}

/** Both ends, or a sentence that says what is wrong with them. */
export function resolveRange(from: string, to: string, now: number): TimeRange | string {
    const start = resolveTime(from, now);
    const end = resolveTime(to, now);
    if (start === null) return `"${from}" is no point in time: try now-15m or 2026-01-31T12:00.`;
    if (end === null) return `"${to}" is no point in time: try now or 2026-01-31T12:00.`;
    return start < end ? { from: start, to: end } : "The time range ends before it starts.";
}

const DAY = new Intl.DateTimeFormat(undefined, {
    year: "numeric",
    month: "short",
    day: "numeric",
});

const DAY_TIME = new Intl.DateTimeFormat(undefined, {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
});

export function describeTime(ms: number): string {
    return DAY_TIME.format(ms);
}

const CLOCK: Intl.DateTimeFormatOptions = {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
};
const TIME_OF_DAY = new Intl.DateTimeFormat(undefined, CLOCK);
const EXACT_TIME = new Intl.DateTimeFormat(undefined, { ...CLOCK, fractionalSecondDigits: 3 });
const EXACT_BELOW_MS = 10_000;

/** Both ends in words; the day is said once when it is the same, and a short range to the millisecond. */
export function describeRange(range: TimeRange): string {
    const sameDay = new Date(range.from).toDateString() === new Date(range.to).toDateString();
    if (!sameDay) return `${describeTime(range.from)} → ${describeTime(range.to)}`;
    const clock = range.to - range.from < EXACT_BELOW_MS ? EXACT_TIME : TIME_OF_DAY;
    return `${DAY.format(range.from)}, ${clock.format(range.from)} → ${clock.format(range.to)}`;
}

export function rangeLabel(from: string, to: string, now: number): string {
    const quick = to === "now" && QUICK_RANGES.find((r) => r.from === from);
    if (quick) return quick.label;
    const last = to === "now" && /^now-(\d+)([smhdwMy])$/.exec(from);
    if (last) return `Last ${last[1]} ${UNITS[last[2]!]}`;
    if (!from.startsWith("now") && !to.startsWith("now")) {
        const range = resolveRange(from, to, now);
        if (typeof range !== "string") return describeRange(range);
    }
    const end = (text: string) => {
        const ms = text.startsWith("now") ? null : resolveTime(text, now);
        return ms === null ? text : describeTime(ms);
    };
    return `${end(from)} → ${end(to)}`;
}

/** An absolute range as a view keeps it. */
export function absoluteRange(range: TimeRange): { from: string; to: string } {
    return { from: new Date(range.from).toISOString(), to: new Date(range.to).toISOString() };
}

/** The neighbouring range: the same length, before (-1) or after (+1). */
export function shiftedRange(range: TimeRange, direction: -1 | 1): TimeRange {
    const length = range.to - range.from;
    return { from: range.from + direction * length, to: range.to + direction * length };
}

/** Twice the length round the same middle. */
export function widenedRange(range: TimeRange): TimeRange {
    const half = Math.round((range.to - range.from) / 2);
    return { from: range.from - half, to: range.to + half };
}

/** The value of a datetime-local input for a point in time, in the browser's zone. */
export function localInputValue(ms: number): string {
    const pad = (n: number, width = 2) => String(n).padStart(width, "0");
    const t = new Date(ms);
    const day = `${pad(t.getFullYear(), 4)}-${pad(t.getMonth() + 1)}-${pad(t.getDate())}`;
    return `${day}T${pad(t.getHours())}:${pad(t.getMinutes())}:${pad(t.getSeconds())}`;
}

export function browserTimeZone(): string {
    return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}
