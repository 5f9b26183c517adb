// query_bar.tsx -- the query in Lucene syntax, completed while it is typed.
import type { Suggestion } from "../model/completion";
import type { Field } from "../model/field";
import type { Context } from "../model/query";
import type { View } from "../model/view";
import { useQueryBar } from "../state/use_query_bar";
import { Icon } from "./icon";

interface Props {
    view: View;
    fields: Field[];
    context: Context | undefined;
    submit: (query: string) => void;
}

const LIST = "query-suggestions";

export function QueryBar({ view, fields, context, submit }: Props) {
    const bar = useQueryBar(view, fields, context, submit);
    return (
        <search className="query-bar">
            <Icon name="search" />
            <input
                ref={bar.input}
                className="query-input mono"
                role="combobox"
                aria-label="Query"
                aria-expanded={bar.shown}
                aria-controls={LIST}
                aria-autocomplete="list"
                aria-activedescendant={
                    bar.shown && bar.active >= 0 ? `${LIST}-${bar.active}` : undefined
                }
                placeholder="Search in Lucene syntax, such as response:[500 TO 599] AND verb:POST"
                spellCheck={false}
                autoComplete="off"
                value={bar.text}
                {...bar.handlers}
            />
            {bar.text !== "" && (
                <button
                    type="button"
                    className="bare"
                    aria-label="Clear the query"
                    onClick={bar.clear}
                >
                    <Icon name="close" />
                </button>
            )}
            <button type="button" className="primary" onClick={bar.search}>
                Search
            </button>
            {bar.shown && (
                <SuggestionList suggestions={bar.suggestions} active={bar.active} take={bar.take} />
            )}
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
