// use_discover.ts -- everything the Discover page knows, wired: the view, the indices, the fields,
// and the documents.
import { useEffect, useMemo, useState } from "react";
import { listFields, listIndices } from "../api/catalog";
import { defaultPattern, patternChoices } from "../model/index_pattern";
import { useActions } from "./use_actions";
import { useAsync } from "./use_async";
import { useSearch } from "./use_search";
import { useTicks } from "./use_ticks";
import { useView } from "./use_view";

const LOOK_FOR_FIRST_INDEX_MS = 2000;
const CATALOG_MS = 30_000;

function restReason(pages: number, reading: boolean): string {
    if (reading) return "Auto refresh rests while a document is open";
    return pages > 1 ? "Auto refresh rests while older rows are read" : "";
}

export function useDiscover() {
    const [view, update] = useView();
    const actions = useActions(update);
    const [asked, askAgain] = useTicks(0);

    const [none, setNone] = useState(false);
    const catalogMs = none ? LOOK_FOR_FIRST_INDEX_MS : view.refreshMs ? CATALOG_MS : 0;
    const [catalogTick] = useTicks(catalogMs);
    const indices = useAsync(`${asked} ${catalogTick}`, listIndices);
    const choices = useMemo(() => patternChoices(indices.value ?? []), [indices.value]);
    useEffect(
        () => setNone(indices.value !== undefined && choices.length === 0),
        [indices, choices],
    );

    const favourite = defaultPattern(choices);
    useEffect(() => {
        if (!view.index && favourite) update({ index: favourite }, true);
    }, [view.index, favourite, update]);

    const fieldsKey = view.index && !none ? `${view.index} ${asked} ${catalogTick}` : null;
    const fieldsAsked = useAsync(fieldsKey, (signal) => listFields(view.index, signal));
    const current = fieldsAsked.valueKey?.startsWith(`${view.index} `);
    const fields = current ? fieldsAsked.value : undefined;

    return { view, actions, indices, none, fields, fieldsAsked, asked, askAgain };
}

type Discover = ReturnType<typeof useDiscover>;

/** The documents of the view, asked for again by hand or by auto refresh. */
export function useDocuments({ view, fields, asked }: Discover) {
    const [resting, setResting] = useState(true);
    const [tick] = useTicks(resting ? 0 : view.refreshMs);
    const search = useSearch(view, fields, asked + tick);
    const reading = search.result?.rows.some((row) => row.key === view.doc) ?? false;
    const paused = restReason(search.pages, reading);
    // The next tick counts from the last answer, so a slow server is never asked twice at once.
    useEffect(() => setResting(search.loading || paused !== ""), [search.loading, paused]);
    return { search, paused };
}
