// view.ts -- everything that defines what the page shows, as one value.
//
// The address bar holds exactly this (see view_url.ts), so a reload, a bookmark and the back button
// restore the page. What a person prefers (the theme) or what only passes by (a hovered bar) is not
// part of it.
import type { Filter } from "./filter";

export interface Sort {
    field: string;
    descending: boolean;
}

export interface View {
    index: string; // empty: choose what exists
    from: string; // "now-15m" or an ISO date
    to: string;
    refreshMs: number; // 0: off
    query: string; // Lucene syntax
    filters: Filter[];
    columns: string[]; // empty: a summary of each document
    sort: Sort;
    interval: string; // of the histogram: "auto", "1m", ...
    doc: string; // the opened document, as index/id
}

export const TIME_FIELD = "@timestamp";

export const DEFAULT_VIEW: View = {
    index: "",
    from: "now-15m",
    to: "now",
    refreshMs: 0,
    query: "",
    filters: [],
    columns: [],
    sort: { field: TIME_FIELD, descending: true },
    interval: "auto",
    doc: "",
};
