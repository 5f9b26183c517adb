// use_actions.ts -- the steps of an investigation, as changes of the view.
//
// One object that never changes is handed down, so a row of the table need not be drawn again
// because of it.
import { useMemo } from "react";
import { existsFilter, type Filter, isFilter, type Scalar, withFilter } from "../model/filter";
import { absoluteRange, type TimeRange } from "../model/time";
import { DEFAULT_VIEW, TIME_FIELD } from "../model/view";
import type { Update } from "./use_view";

export interface Actions {
    update: Update;
    filterValue(field: string, value: Scalar, negated: boolean): void;
    filterExists(field: string): void;
    setFilters(change: (filters: Filter[]) => Filter[]): void;
    toggleColumn(field: string): void;
    moveColumn(field: string, by: -1 | 1): void;
    sortBy(field: string): void;
    zoom(range: TimeRange): void;
    openDocument(key: string): void;
}

function moved(columns: string[], field: string, by: number): string[] {
    const at = columns.indexOf(field);
    const rest = columns.filter((c) => c !== field);
    return at < 0 ? columns : rest.toSpliced(Math.max(0, at + by), 0, field);
}

export function useActions(update: Update): Actions {
    return useMemo(() => {
        const add = (filter: Filter) =>
            update((v) => ({ filters: withFilter(v.filters, filter), doc: "" }));
        return {
            update,
            filterValue: (field, value, negated) => add(isFilter(field, value, negated)),
            filterExists: (field) => add(existsFilter(field)),
            setFilters: (change) => update((v) => ({ filters: change(v.filters), doc: "" })),
            toggleColumn: (field) =>
                update((v) => {
                    const has = v.columns.includes(field);
                    const columns = has
                        ? v.columns.filter((c) => c !== field)
                        : [...v.columns, field];
                    const lost = has && v.sort.field === field && field !== TIME_FIELD;
                    return lost ? { columns, sort: DEFAULT_VIEW.sort } : { columns };
                }),
            moveColumn: (field, by) => update((v) => ({ columns: moved(v.columns, field, by) })),
            sortBy: (field) =>
                update(({ sort }) => {
                    const again = sort.field === field;
                    const descending = again ? !sort.descending : field === TIME_FIELD;
                    return { sort: { field, descending }, doc: "" };
                }),
            zoom: (range) => update({ ...absoluteRange(range), doc: "" }),
            openDocument: (key) => update((v) => ({ doc: v.doc === key ? "" : key })),
        };
    }, [update]);
}
