// document.ts -- one hit as rows of names and values.
//
// Objects become dotted names, as the server indexes them; lists of plain values stay together
// under their name, and lists of objects are shown as JSON, because their parts belong together.
import type { Scalar } from "./filter";

export interface Hit {
    _index: string;
    _id: string;
    _source?: Record<string, unknown>;
    sort?: unknown[];
}

export interface Row {
    key: string; // index/id
    hit: Hit;
    values: Map<string, unknown[]>; // by dotted name, sorted as they came
}

function isPlain(value: unknown): boolean {
    return value === null || typeof value !== "object";
}

function collect(value: unknown, name: string, into: Map<string, unknown[]>): void {
    if (Array.isArray(value) && value.every(isPlain)) {
        into.set(name, [...(into.get(name) ?? []), ...value]);
    } else if (isPlain(value) || Array.isArray(value)) {
        into.set(name, [...(into.get(name) ?? []), value]);
    } else {
        for (const [key, child] of Object.entries(value as object)) {
            collect(child, name ? `${name}.${key}` : key, into);
        }
    }
}

export function rowOf(hit: Hit): Row {
    const values = new Map<string, unknown[]>();
    collect(hit._source ?? {}, "", values);
    return { key: `${hit._index}/${hit._id}`, hit, values };
}

export function textOf(values: unknown[] | undefined): string {
    return (values ?? []).map((v) => (isPlain(v) ? String(v) : JSON.stringify(v))).join(", ");
}

/** The values a filter can be made of: neither null nor a list of objects. */
export function scalarsOf(values: unknown[] | undefined): Scalar[] {
    return (values ?? []).filter((v): v is Scalar => v !== null && isPlain(v));
}

/** Rows after those already there; one that both pages hold appears once. */
export function joinedRows(rows: Row[], more: Row[]): Row[] {
    const seen = new Set(rows.map((r) => r.key));
    return [...rows, ...more.filter((r) => !seen.has(r.key))];
}

/** The commonest values of a field in the rows at hand, where the server cannot count them. */
export function sampleValues(rows: Row[], field: string, limit: number) {
    const counts = new Map<Scalar, number>();
    for (const row of rows) {
        for (const value of scalarsOf(row.values.get(field))) {
            counts.set(value, (counts.get(value) ?? 0) + 1);
        }
    }
    return [...counts]
        .map(([value, count]) => ({ value, count }))
        .sort((a, b) => b.count - a.count)
        .slice(0, limit);
}
