// search.ts -- questions about documents, and their answers in the page's own words.
import type { CountedValue } from "../model/completion";
import { type Hit, type Row, rowOf } from "../model/document";
import type { Field } from "../model/field";
import type { Scalar } from "../model/filter";
import type { Bar } from "../model/histogram";
import {
    type Context,
    extentBody,
    histogramInterval,
    PAGE_SIZE,
    pageBody,
    searchBody,
    topValuesBody,
} from "../model/query";
import type { View } from "../model/view";
import { ask, pathOf } from "./client";

interface Bucket {
    key: Scalar;
    key_as_string?: string;
    doc_count: number;
}

interface Answer {
    took: number;
    hits: { total?: { value: number }; hits: Hit[] };
    aggregations?: Record<
        string,
        { value?: number | null; doc_count?: number; buckets?: Bucket[] }
    >;
}

export interface Page {
    rows: Row[];
    complete: boolean; // nothing comes after these rows
}

export interface SearchResult extends Page {
    view: View; // what was asked
    context: Context;
    askedAtMs: number;
    total: number;
    tookMs: number;
    bars: Bar[];
}

export interface TopValues {
    total: number;
    present: number;
    values: CountedValue[];
    range: { min: number; avg: number; max: number } | null;
}

function pageOf(answer: Answer): Page {
    const hits = answer.hits.hits;
    return { rows: hits.map(rowOf), complete: hits.length < PAGE_SIZE };
}

// A bar ends where the next begins, which is right for days of 23 hours too.
function barsOf(buckets: Bucket[], usualMs: number): Bar[] {
    return buckets.map((bucket, i) => {
        const start = Number(bucket.key);
        const next = buckets[i + 1];
        return { start, end: next ? Number(next.key) : start + usualMs, count: bucket.doc_count };
    });
}

export async function search(
    view: View,
    context: Context,
    signal: AbortSignal,
): Promise<SearchResult> {
    const askedAtMs = Date.now();
    const path = `${pathOf(view.index)}/_search`;
    const answer = await ask<Answer>(path, signal, searchBody(view, context));
    const buckets = answer.aggregations?.over_time?.buckets ?? [];
    return {
        ...pageOf(answer),
        view,
        context,
        askedAtMs,
        total: answer.hits.total?.value ?? 0,
        tookMs: answer.took,
        bars: barsOf(buckets, histogramInterval(view, context).ms),
    };
}

export async function nextPage(
    view: View,
    context: Context,
    after: unknown[],
    signal: AbortSignal,
): Promise<Page> {
    const body = pageBody(view, context, after);
    return pageOf(await ask<Answer>(`${pathOf(view.index)}/_search`, signal, body));
}

// A boolean is counted as 1 and 0 with its name beside it; dates are kept as the server writes them.
function bucketValue(bucket: Bucket, field: Field): Scalar {
    if (field.type === "boolean") return (bucket.key_as_string ?? String(bucket.key)) === "true";
    return field.type === "date" ? (bucket.key_as_string ?? bucket.key) : bucket.key;
}

export async function topValues(
    view: View,
    context: Context,
    field: Field,
    size: number,
    signal: AbortSignal,
): Promise<TopValues> {
    const body = topValuesBody(view, context, field, size);
    const answer = await ask<Answer>(`${pathOf(view.index)}/_search`, signal, body);
    const { values, present, min, avg, max } = answer.aggregations ?? {};
    const has = typeof min?.value === "number" && typeof max?.value === "number";
    return {
        total: answer.hits.total?.value ?? 0,
        present: present?.doc_count ?? 0,
        values: (values?.buckets ?? []).map((b) => ({
            value: bucketValue(b, field),
            count: b.doc_count,
        })),
        range: has ? { min: min.value!, avg: avg?.value ?? 0, max: max.value! } : null,
    };
}

export interface Extent {
    total: number;
    first: number;
    last: number;
}

/** Where in time the documents of a view are, when none is in its time range; null: nowhere. */
export async function extent(
    view: View,
    context: Context,
    signal: AbortSignal,
): Promise<Extent | null> {
    const body = extentBody(view, context);
    const answer = await ask<Answer>(`${pathOf(view.index)}/_search`, signal, body);
    const { first, last } = answer.aggregations ?? {};
    if (typeof first?.value !== "number" || typeof last?.value !== "number") return null;
    return { total: answer.hits.total?.value ?? 0, first: first.value, last: last.value };
}
