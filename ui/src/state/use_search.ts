// use_search.ts -- the documents of a view: a first page with its bars, and further pages on demand.
//
// The time range is resolved once, when the first page is asked for; further pages continue within
// that range, so rows that arrive meanwhile cannot shift them.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { nextPage, type Page, type SearchResult, search } from "../api/search";
import { joinedRows } from "../model/document";
import type { Field } from "../model/field";
import { browserTimeZone, resolveRange } from "../model/time";
import type { View } from "../model/view";
import { useAsync } from "./use_async";

export const ROWS_MAX = 2000;

export interface Search {
    result: SearchResult | undefined;
    stale: boolean; // the result answers an older question than the one now asked
    error: Error | undefined;
    loading: boolean;
    pages: number;
    loadingMore: boolean;
    moreError: Error | undefined;
    more: () => void;
}

interface Further extends Page {
    of: SearchResult;
    pages: number;
}

function questionOf(view: View): string {
    const { index, from, to, query, filters, sort, interval } = view;
    return JSON.stringify([index, from, to, query, filters, sort, interval]);
}

async function firstPage(view: View, fields: Field[], signal: AbortSignal): Promise<SearchResult> {
    const range = resolveRange(view.from, view.to, Date.now());
    if (typeof range === "string") throw new Error(range);
    return search(view, { fields, range, timeZone: browserTimeZone() }, signal);
}

/** Without fields nothing is asked yet; another tick asks the same question again. */
export function useSearch(view: View, fields: Field[] | undefined, tick: number): Search {
    const question = questionOf(view);
    // What a field can be sorted and compared on is part of the question.
    const known = useMemo(() => fields?.map((f) => `${f.name}=${f.exact}`).join(), [fields]);
    const key = known === undefined ? null : `${question} ${known} ${tick}`;
    const first = useAsync(key, (signal) => firstPage(view, fields ?? [], signal));
    const [further, setFurther] = useState<Further | null>(null);
    const [moreState, setMoreState] = useState<{ loading: boolean; error?: Error }>({
        loading: false,
    });
    const running = useRef<AbortController | null>(null);
    const base = first.value;

    useEffect(() => {
        setMoreState({ loading: false });
        if (base) setFurther({ of: base, pages: 1, rows: base.rows, complete: base.complete });
        return () => running.current?.abort();
    }, [base]);

    const now = further && further.of === base ? further : null;
    const more = useCallback(() => {
        const after = now?.rows.at(-1)?.hit.sort;
        if (!now || !after || now.complete) return;
        running.current?.abort();
        const abort = new AbortController();
        running.current = abort;
        setMoreState({ loading: true });
        nextPage(now.of.view, now.of.context, after, abort.signal).then(
            (page) => {
                if (abort.signal.aborted) return;
                const rows = joinedRows(now.rows, page.rows);
                setFurther({ of: now.of, pages: now.pages + 1, rows, complete: page.complete });
                setMoreState({ loading: false });
            },
            (error: Error) => {
                if (!abort.signal.aborted) setMoreState({ loading: false, error });
            },
        );
    }, [now]);

    const result = useMemo(
        () => (base && now ? { ...base, rows: now.rows, complete: now.complete } : base),
        [base, now],
    );
    return {
        result,
        stale: first.valueKey !== null && !first.valueKey.startsWith(`${question} `),
        error: first.error,
        loading: first.loading,
        pages: now?.pages ?? 1,
        loadingMore: moreState.loading,
        moreError: moreState.error,
        more,
    };
}
