// query_bar.tsx -- the query in Lucene syntax, completed while it is typed.
//
// The keyboard does everything: the arrows walk the suggestions, Tab takes one (the first, unless
// another is chosen), Enter takes a chosen one or else searches, Escape puts the list away.
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { accept, type Suggestion } from "../model/completion";
import type { Field } from "../model/field";
import type { Context } from "../model/query";
import type { View } from "../model/view";
import { useSuggestions } from "../state/use_suggestions";
import { Icon } from "./icon";

interface Props {
    view: View;
    fields: Field[];
    context: Context | undefined;
    submit: (query: string) => void;
}

const LIST = "query-suggestions";

export function QueryBar({ view, fields, context, submit }: Props) {
    const input = useRef<HTMLInputElement>(null);
    const [text, setText] = useState(view.query);
    const [caret, setCaret] = useState(0);
    const [open, setOpen] = useState(false);
    const [active, setActive] = useState(-1);
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
    const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
        const chosen = shown ? suggestions[active] : undefined;
        if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            if (!shown) return edit(text, event.currentTarget.selectionStart ?? text.length);
            const step = event.key === "ArrowDown" ? 1 : -1;
            // One place more than there are suggestions: none chosen.
            const places = suggestions.length + 1;
            setActive(((active + 1 + step + places) % places) - 1);
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

    return (
        <search className="query-bar">
            <Icon name="search" />
            <input
                ref={input}
                className="query-input mono"
                role="combobox"
                aria-label="Query"
                aria-expanded={shown}
                aria-controls={LIST}
                aria-autocomplete="list"
                aria-activedescendant={shown && active >= 0 ? `${LIST}-${active}` : undefined}
                placeholder="Search in Lucene syntax, such as response:[500 TO 599] AND verb:POST"
                spellCheck={false}
                autoComplete="off"
                value={text}
                onChange={(e) => edit(e.target.value, e.target.selectionStart ?? 0)}
                onSelect={(e) => setCaret(e.currentTarget.selectionStart ?? 0)}
                onBlur={() => setOpen(false)}
                onKeyDown={onKeyDown}
            />
            {text !== "" && (
                <button
                    type="button"
                    className="bare"
                    aria-label="Clear the query"
                    onClick={() => {
                        setText("");
                        submit("");
                        input.current?.focus();
                    }}
                >
                    <Icon name="close" />
                </button>
            )}
            <button type="button" className="primary" onClick={search}>
                Search
            </button>
            {shown && <SuggestionList suggestions={suggestions} active={active} take={take} />}
        </search>
    );
}

interface ListProps {
    suggestions: Suggestion[];
    active: number;
    take: (suggestion: Suggestion) => void;
}

// The focus stays in the input, so options are pressed by pointer only.
function SuggestionList({ suggestions, active, take }: ListProps) {
    return (
        <div id={LIST} className="popover suggestions" role="listbox" aria-label="Suggestions">
            {suggestions.map((suggestion, i) => (
                <div
                    key={suggestion.label}
                    id={`${LIST}-${i}`}
                    className="suggestion"
                    role="option"
                    tabIndex={-1}
                    aria-selected={i === active}
                    onPointerDown={(event) => {
                        event.preventDefault();
                        take(suggestion);
                    }}
                >
                    <span className="mono">{suggestion.label}</span>
                    <span className="muted">{suggestion.hint}</span>
                </div>
            ))}
        </div>
    );
}
