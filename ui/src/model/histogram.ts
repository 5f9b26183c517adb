// histogram.ts -- the geometry of the bars over time, without any drawing.
import { INTERVALS } from "./interval";
import type { TimeRange } from "./time";

export interface Bar {
    start: number;
    end: number;
    count: number;
}

export interface Tick {
    at: number;
    label: string;
}

/** The range that a run of bars covers, within the searched one; its end is the last millisecond. */
export function rangeOfBars(bars: Bar[], a: number, b: number, whole: TimeRange): TimeRange | null {
    const first = bars[Math.min(a, b)];
    const last = bars[Math.max(a, b)];
    if (!first || !last) return null;
    return { from: Math.max(first.start, whole.from), to: Math.min(last.end - 1, whole.to) };
}

/** The bar under a point in time; the nearest one when it lies outside of all. */
export function barAt(bars: Bar[], time: number): number {
    const at = bars.findIndex((bar) => time < bar.end);
    return at < 0 ? bars.length - 1 : at;
}

/** The least round number that is not below the value and whose half is whole (1 stands alone). */
export function roundedUp(value: number): number {
    if (value <= 1) return 1;
    const power = 10 ** Math.floor(Math.log10(value));
    const steps = power === 1 ? [2, 4, 6, 8, 10] : [1, 2, 3, 4, 5, 6, 8, 10];
    return steps.map((n) => n * power).find((n) => n >= value) ?? 10 * power;
}

function formatter(stepMs: number): Intl.DateTimeFormat {
    const options: Intl.DateTimeFormatOptions = { hourCycle: "h23" };
    if (stepMs < 86_400_000) Object.assign(options, { hour: "2-digit", minute: "2-digit" });
    if (stepMs < 60_000) options.second = "2-digit";
    if (stepMs < 1000) options.fractionalSecondDigits = 3;
    if (stepMs >= 86_400_000) options.month = "short";
    if (stepMs >= 86_400_000 && stepMs < 28 * 86_400_000) options.day = "numeric";
    if (stepMs >= 28 * 86_400_000) options.year = "numeric";
    return new Intl.DateTimeFormat(undefined, options);
}

function nextCalendar(time: Date, name: string): void {
    time.setHours(0, 0, 0, 0);
    if (name === "1d") time.setDate(time.getDate() + 1);
    else if (name === "1w") time.setDate(time.getDate() + 7);
    else if (name === "1M") time.setMonth(time.getMonth() + 1, 1);
    else time.setFullYear(time.getFullYear() + 1, 0, 1);
}

/** Labels under the bars: at most `ticksMax`, at round times of the browser's zone. */
export function timeTicks(range: TimeRange, ticksMax: number): Tick[] {
    const length = range.to - range.from;
    const step =
        INTERVALS.find((i) => length / i.ms <= ticksMax) ?? INTERVALS[INTERVALS.length - 1]!;
    const format = formatter(step.ms);
    const ticks: Tick[] = [];
    if (step.calendar) {
        const time = new Date(range.from);
        for (
            nextCalendar(time, step.name);
            time.getTime() <= range.to;
            nextCalendar(time, step.name)
        ) {
            ticks.push({ at: time.getTime(), label: format.format(time) });
        }
        return ticks;
    }
    const zone = -new Date(range.from).getTimezoneOffset() * 60_000;
    for (
        let at = Math.ceil((range.from + zone) / step.ms) * step.ms - zone;
        at <= range.to;
        at += step.ms
    ) {
        ticks.push({ at, label: format.format(at) });
    }
    return ticks;
}
