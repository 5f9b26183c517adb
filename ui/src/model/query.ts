// query.ts -- what a view asks of the server, in the Elasticsearch query DSL.
import { type Field, fieldByName } from "./field";
import { filterClause } from "./filter";
import { chooseInterval, type Interval } from "./interval";
import type { TimeRange } from "./time";
import { TIME_FIELD, type View } from "./view";

export interface Context {
    fields: Field[];
    range: TimeRange;
    timeZone: string;
}

export const PAGE_SIZE = 100;
export const TOP_VALUES = 10;

export function hasTime(fields: Field[]): boolean {
    return fieldByName(fields, TIME_FIELD) !== undefined;
}

/** Every condition of the view as one bool query; without `time`, whatever the time range says. */
export function viewQuery(view: View, context: Context, time = true): object {
    const filter: object[] = [];
    const mustNot: object[] = [];
    if (time && hasTime(context.fields)) {
        const { from, to } = context.range;
        filter.push({ range: { [TIME_FIELD]: { gte: from, lte: to, format: "epoch_millis" } } });
    }
    if (view.query.trim()) {
        const query = view.query.trim();
        const options = { analyze_wildcard: true, time_zone: context.timeZone };
        filter.push({ query_string: { query, ...options } });
    }
    for (const each of view.filters) {
        if (each.disabled) continue;
        const clause = filterClause(each, fieldByName(context.fields, each.field));
        (each.negated ? mustNot : filter).push(clause);
    }
    return { bool: mustNot.length ? { filter, must_not: mustNot } : { filter } };
}

/** The field a column is sorted on, or empty where the server could not sort. */
export function sortField(name: string, fields: Field[]): string {
    return fieldByName(fields, name)?.exact ?? "";
}

// Documents of equal sort value keep an order between pages by `_doc`.
function sortClause(view: View, fields: Field[]): object[] {
    const order = view.sort.descending ? "desc" : "asc";
    const field = sortField(view.sort.field, fields);
    const missing = field === TIME_FIELD ? {} : { missing: "_last" };
    const first = field ? [{ [field]: { order, ...missing } }] : [];
    return [...first, { _doc: { order } }];
}

export function histogramInterval(view: View, context: Context): Interval {
    return chooseInterval(view.interval, context.range);
}

function histogramClause(view: View, context: Context): object {
    const interval = histogramInterval(view, context);
    return {
        date_histogram: {
            field: TIME_FIELD,
            [interval.calendar ? "calendar_interval" : "fixed_interval"]: interval.name,
            time_zone: context.timeZone,
            min_doc_count: 0,
            extended_bounds: { min: context.range.from, max: context.range.to },
        },
    };
}

/** The first page: the newest rows, their exact number, and the histogram, in one consistent answer. */
export function searchBody(view: View, context: Context): object {
    const aggs = { over_time: histogramClause(view, context) };
    return {
        size: PAGE_SIZE,
        track_total_hits: true,
        query: viewQuery(view, context),
        sort: sortClause(view, context.fields),
        ...(hasTime(context.fields) ? { aggs } : {}),
    };
}

/** A further page, after the row with these sort values. */
export function pageBody(view: View, context: Context, after: unknown[]): object {
    return {
        size: PAGE_SIZE,
        track_total_hits: false,
        query: viewQuery(view, context),
        sort: sortClause(view, context.fields),
        search_after: after,
    };
}

/** The commonest values of a field among the documents of the view, and how many have it at all. */
export function topValuesBody(view: View, context: Context, field: Field, size: number): object {
    return {
        size: 0,
        track_total_hits: true,
        query: viewQuery(view, context),
        aggs: {
            values: { terms: { field: field.exact, size } },
            present: { filter: { exists: { field: field.name } } },
            ...(field.type === "number" ? numberAggs(field.exact) : {}),
        },
    };
}

function numberAggs(field: string): object {
    return { min: { min: { field } }, avg: { avg: { field } }, max: { max: { field } } };
}

/** When the first and last documents outside the time range were, for an empty page. */
export function extentBody(view: View, context: Context): object {
    return {
        size: 0,
        track_total_hits: true,
        query: viewQuery(view, context, false),
        aggs: { first: { min: { field: TIME_FIELD } }, last: { max: { field: TIME_FIELD } } },
    };
}
