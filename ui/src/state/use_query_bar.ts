// use_query_bar.ts -- what the query bar holds while somebody types into it.
//
// The keyboard does everything: the arrows walk the suggestions, Tab takes one (the first, unless
// another is chosen), Enter takes a chosen one or else searches, Escape puts the list away.
import { type ChangeEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { accept, type Suggestion } from "../model/completion";
import type { Field } from "../model/field";
import type { Context } from "../model/query";
import type { View } from "../model/view";
import { useSuggestions } from "./use_suggestions";

type Submit = (query: string) => void;

export function useQueryBar(
    view: View,
    fields: Field[],
    context: Context | undefined,
    submit: Submit,
) {
    const input = useRef<HTMLInputElement>(null);
    const [text, setText] = useState(view.query);
    const [caret, setCaret] = useState(0);
    const [open, setOpen] = useState(false);
    const [active, setActive] = useState(-1); // -1: no suggestion is chosen
    const suggestions = useSuggestions(open, text, caret, view, fields, context);
    const shown = open && suggestions.length > 0;

    useEffect(() => {
        setText(view.query);
        setOpen(false);
    }, [view.query]);

    const edit = (query: string, at: number) => {
        setText(query);
        setCaret(at);
        setActive(-1);
        setOpen(true);
    };
    const take = (suggestion: Suggestion) => {
        const taken = accept(text, suggestion);
        edit(taken.query, taken.caret);
        // The caret can be placed once the new text is in the input.
        requestAnimationFrame(() => input.current?.setSelectionRange(taken.caret, taken.caret));
    };
    const search = () => {
        setOpen(false);
        submit(text.trim());
    };
    const clear = () => {
        setText("");
        submit("");
        input.current?.focus();
    };
    const walk = (step: 1 | -1) => {
        const places = suggestions.length + 1; // one more: none is chosen
        setActive(((active + 1 + step + places) % places) - 1);
    };
    const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
        const chosen = shown ? suggestions[active] : undefined;
        if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            if (shown) walk(event.key === "ArrowDown" ? 1 : -1);
            else edit(text, event.currentTarget.selectionStart ?? text.length);
        } else if (event.key === "Enter") {
            event.preventDefault();
            if (chosen) take(chosen);
            else search();
        } else if (event.key === "Tab" && shown && !event.shiftKey) {
            event.preventDefault();
            take(chosen ?? suggestions[0]!);
        } else if (event.key === "Escape" && shown) {
            event.stopPropagation();
            setOpen(false);
        }
    };
    const handlers = {
        onKeyDown,
        onChange: (event: ChangeEvent<HTMLInputElement>) =>
            edit(event.target.value, event.target.selectionStart ?? 0),
        onSelect: () => setCaret(input.current?.selectionStart ?? 0),
        onBlur: () => setOpen(false),
    };
    return { input, text, suggestions, shown, active, take, search, clear, handlers };
}
