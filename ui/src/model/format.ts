// format.ts -- numbers, shares and times as people read them.

const NUMBER = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });

export function formatNumber(value: number): string {
    return NUMBER.format(value);
}

/** A part of a whole in per cent; what is there at all is never shown as nothing. */
export function formatShare(part: number, whole: number): string {
    if (whole === 0) return "0 %";
    const percent = (100 * part) / whole;
    if (percent > 0 && percent < 0.1) return "< 0.1 %";
    return `${percent.toFixed(percent >= 99.95 || percent === 0 ? 0 : 1)} %`;
}

function pad(value: number, width = 2): string {
    return String(value).padStart(width, "0");
}

/** A timestamp in the browser's zone, to the millisecond; what is none stays as it is. */
export function formatTimestamp(value: unknown): string {
    const ms = typeof value === "number" ? value : Date.parse(String(value));
    if (!Number.isFinite(ms)) return String(value ?? "");
    const t = new Date(ms);
    const day = `${t.getFullYear()}-${pad(t.getMonth() + 1)}-${pad(t.getDate())}`;
    const time = `${pad(t.getHours())}:${pad(t.getMinutes())}:${pad(t.getSeconds())}`;
    return `${day} ${time}.${pad(t.getMilliseconds(), 3)}`;
}
