// view_url.ts -- a view as the query part of an address, and back.
//
// The address is meant to be read and typed by people: only what differs from the default appears,
// and a filter reads `response:404`, with `!` before it when negated and `-` when switched off.
// Whatever cannot be read (an old bookmark, a typing slip) falls back to the default in silence.
import { existsFilter, type Filter, isFilter, type Scalar } from "./filter";
import { DEFAULT_VIEW, type Sort, type View } from "./view";

const REFRESH_MS_MIN = 1000;

// Characters that a query part may carry as they are keep the address readable.
function encode(text: string): string {
    return encodeURIComponent(text)
        .replace(/%(3A|2C|2F|40|5B|5D|22)/g, (m) => (m === "%22" ? m : decodeURIComponent(m)))
        .replace(/%20/g, "+");
}

// In a name, the separators of this codec are escaped once more.
function encodeName(name: string): string {
    return name.replace(/[%:,!]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decodeName(text: string): string {
    return text.replace(/%([0-9A-F]{2})/g, (_, hex) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
    );
}

// A number or boolean is written bare; a string that would read as one of those (or as `*`, which
// means "exists") is quoted.
function encodeValue(value: Scalar): string {
    if (typeof value !== "string") return String(value);
    return value === "*" || typeof decodeValue(value) !== "string" || value.startsWith('"')
        ? JSON.stringify(value)
        : value;
}

function decodeValue(text: string): Scalar {
    if (text === "true" || text === "false") return text === "true";
    if (/^-?\d+(\.\d+)?(e[+-]\d+)?$/.test(text) && String(Number(text)) === text)
        return Number(text);
    if (text.startsWith('"')) {
        try {
            return String(JSON.parse(text));
        } catch {
            return text;
        }
    }
    return text;
}

export function encodeFilter(filter: Filter): string {
    const flags = (filter.disabled ? "-" : "") + (filter.negated ? "!" : "");
    const value = filter.kind === "exists" ? "*" : encodeValue(filter.value);
    const name = encodeName(filter.field).replace(/^-/, "%2D");
    return `${flags}${name}:${value}`;
}

export function decodeFilter(text: string): Filter | null {
    const match = /^(-?)(!?)([^:]+):(.*)$/s.exec(text);
    if (!match) return null;
    const field = decodeName(match[3]!);
    const negated = match[2] === "!";
    const made =
        match[4] === "*"
            ? existsFilter(field, negated)
            : isFilter(field, decodeValue(match[4]!), negated);
    return { ...made, disabled: match[1] === "-" };
}

function encodeSort(sort: Sort): string {
    return `${encodeName(sort.field)}:${sort.descending ? "desc" : "asc"}`;
}

function decodeSort(text: string | null): Sort {
    const match = /^([^:]+):(asc|desc)$/.exec(text ?? "");
    return match
        ? { field: decodeName(match[1]!), descending: match[2] === "desc" }
        : DEFAULT_VIEW.sort;
}

function decodeRefresh(text: string | null): number {
    const ms = Number(text);
    return Number.isFinite(ms) && ms >= REFRESH_MS_MIN ? ms : 0;
}

export function encodeView(view: View): string {
    const parts: string[] = [];
    const put = (name: string, value: string, unless: string) => {
        if (value !== unless) parts.push(`${name}=${encode(value)}`);
    };
    put("index", view.index, "");
    put("from", view.from, DEFAULT_VIEW.from);
    put("to", view.to, DEFAULT_VIEW.to);
    put("refresh", String(view.refreshMs), "0");
    put("q", view.query, "");
    for (const filter of view.filters) put("f", encodeFilter(filter), "");
    put("columns", view.columns.map(encodeName).join(","), "");
    put("sort", encodeSort(view.sort), encodeSort(DEFAULT_VIEW.sort));
    put("interval", view.interval, DEFAULT_VIEW.interval);
    put("doc", view.doc, "");
    return parts.length ? `?${parts.join("&")}` : "";
}

export function decodeView(search: string): View {
    const params = new URLSearchParams(search);
    const columns = params.get("columns");
    return {
        index: params.get("index") ?? DEFAULT_VIEW.index,
        from: params.get("from") || DEFAULT_VIEW.from,
        to: params.get("to") || DEFAULT_VIEW.to,
        refreshMs: decodeRefresh(params.get("refresh")),
        query: params.get("q") ?? "",
        filters: params.getAll("f").flatMap((text) => decodeFilter(text) ?? []),
        columns: columns ? columns.split(",").filter(Boolean).map(decodeName) : [],
        sort: decodeSort(params.get("sort")),
        interval: params.get("interval") || DEFAULT_VIEW.interval,
        doc: params.get("doc") ?? "",
    };
}
