// use_suggestions.ts -- what the query bar offers at the caret.
//
// The values of a field are asked for once per field and view, and narrowed here while more letters
// arrive: typing costs the server nothing.
import { useMemo } from "react";
import { topValues } from "../api/search";
import { fieldSuggestions, placeAt, type Suggestion, valueSuggestions } from "../model/completion";
import { type Field, fieldByName } from "../model/field";
import type { Context } from "../model/query";
import type { View } from "../model/view";
import { useAsync } from "./use_async";

const VALUES_ASKED = 200;

export function useSuggestions(
    open: boolean,
    text: string,
    caret: number,
    view: View,
    fields: Field[],
    context: Context | undefined,
): Suggestion[] {
    const place = useMemo(() => placeAt(text, caret), [text, caret]);
    const field = place.kind === "value" ? fieldByName(fields, place.field) : undefined;
    const wanted = open && context && field?.exact && field.type !== "date";
    const key = wanted ? `${view.index} ${view.from} ${view.to} ${field.name}` : null;
    const values = useAsync(key, (signal) => {
        // Half a query can stand in the bar, so values are those of the time range alone.
        const all = { ...view, query: "", filters: [] };
        return topValues(all, context!, field!, VALUES_ASKED, signal);
    });
    return useMemo(() => {
        if (!open || place.kind === "none") return [];
        if (place.kind === "field") return fieldSuggestions(place, fields, text);
        if (!key || values.valueKey !== key || !values.value) return [];
        return valueSuggestions(place, values.value.values);
    }, [open, place, fields, text, key, values]);
}
