// completion.ts -- what could stand at the caret of a Lucene query, and the text that puts it there.
//
// The grammar is read only as far as completion needs it: which clause the caret is in, and on
// which side of its colon. A half-written query is the normal case, so nothing here can fail.
import type { Field } from "./field";
import type { Scalar } from "./filter";

export type Place =
    | { kind: "field"; prefix: string; start: number; end: number }
    | { kind: "value"; field: string; prefix: string; start: number; end: number }
    | { kind: "none" };

export interface Suggestion {
    label: string;
    hint: string;
    text: string; // replaces [start, end) of the query
    start: number;
    end: number;
}

const SUGGESTIONS_MAX = 12;
const BOUNDARY = /[\s()]/;

function inQuotes(text: string): boolean {
    return (text.replace(/\\./g, "").match(/"/g)?.length ?? 0) % 2 === 1;
}

// The start of the word before the caret; an escaped character and a quoted value belong to it.
function wordStart(query: string, caret: number): number {
    if (inQuotes(query.slice(0, caret))) {
        const quote = query.slice(0, caret).search(/"(?:[^"\\]|\\.)*$/);
        return wordStart(query, quote);
    }
    let at = caret;
    while (at > 0 && (!BOUNDARY.test(query[at - 1]!) || query[at - 2] === "\\")) at--;
    return at;
}

function wordEnd(query: string, caret: number, quoted: boolean): number {
    const rest = query.slice(caret);
    if (quoted) {
        const close = /^(?:[^"\\]|\\.)*"/.exec(rest);
        return close ? caret + close[0].length : caret;
    }
    return caret + /^(?:[^\s()":\\]|\\.)*/.exec(rest)![0].length;
}

function unescaped(text: string): string {
    return text.replace(/\\(.)/g, "$1");
}

/** Where the caret is: in the name of a field, in a value of one, or where nothing can be offered. */
export function placeAt(query: string, caret: number): Place {
    const quoted = inQuotes(query.slice(0, caret));
    const start = wordStart(query, caret);
    const word = query.slice(start, caret).replace(/^[+\-!]/, "");
    const first = caret - word.length;
    const colon = /^((?:[^:"\\]|\\.)+):([<>]=?)?(.*)$/s.exec(word);
    if (!colon) {
        if (quoted) return { kind: "none" };
        const end = wordEnd(query, caret, false);
        return { kind: "field", prefix: unescaped(word), start: first, end };
    }
    const value = colon[3]!;
    if (colon[2] || /^[[{/]/.test(value)) return { kind: "none" };
    const prefix = unescaped(value.replace(/^"/, ""));
    const end = wordEnd(query, caret, quoted);
    return { kind: "value", field: unescaped(colon[1]!), prefix, start: caret - value.length, end };
}

/** A name as it must be written before a colon. */
export function escapeName(name: string): string {
    return name.replace(/[\s:()"\\[\]{}^~*?!+/&|<>=]/g, "\\$&").replace(/^-/, "\\-");
}

/** A value as it must be written after a colon: bare when it can be, else quoted. */
export function quoteValue(value: Scalar): string {
    const text = String(value);
    if (/^[\p{L}\p{N}_.@$%]+$/u.test(text) && !/^(AND|OR|NOT|TO)$/.test(text)) return text;
    if (/^-\d+(\.\d+)?$/.test(text)) return `\\${text}`;
    return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

// Names that begin with the prefix come before those that only contain it.
function ranked<T>(items: T[], text: (item: T) => string, prefix: string): T[] {
    const wanted = prefix.toLowerCase();
    const at = (item: T) => text(item).toLowerCase().indexOf(wanted);
    const found = items.filter((item) => at(item) >= 0);
    return [...found.filter((i) => at(i) === 0), ...found.filter((i) => at(i) > 0)];
}

const OPERATORS: [string, string][] = [
    ["AND", "both sides"],
    ["OR", "either side"],
    ["NOT", "without"],
];

function operatorSuggestions(place: Place & { kind: "field" }, query: string): Suggestion[] {
    const before = query.slice(0, place.start).trimEnd();
    const afterClause = before !== "" && !/(^|[\s(])(AND|OR|NOT)$|[(+\-!]$/.test(before);
    return OPERATORS.filter(([word]) => word.startsWith(place.prefix.toUpperCase()))
        .filter(([word]) => afterClause || (word === "NOT" && place.prefix !== ""))
        .map(([word, hint]) => ({
            label: word,
            hint,
            text: `${word} `,
            start: place.start,
            end: place.end,
        }));
}

export function fieldSuggestions(
    place: Place & { kind: "field" },
    fields: Field[],
    query: string,
): Suggestion[] {
    const colon = query[place.end] === ":" ? "" : ":";
    const names = ranked(
        fields.filter((f) => f.searchable),
        (f) => f.name,
        place.prefix,
    ).map((f) => ({
        label: f.name,
        hint: f.type,
        text: escapeName(f.name) + colon,
        start: place.start,
        end: place.end,
    }));
    const operators = operatorSuggestions(place, query);
    const all = place.prefix === "" ? [...operators, ...names] : [...names, ...operators];
    return all.slice(0, SUGGESTIONS_MAX);
}

export interface CountedValue {
    value: Scalar;
    count: number;
}

export function valueSuggestions(
    place: Place & { kind: "value" },
    values: CountedValue[],
): Suggestion[] {
    return ranked(values, (v) => String(v.value), place.prefix)
        .slice(0, SUGGESTIONS_MAX)
        .map(({ value, count }) => ({
            label: String(value),
            hint: count.toLocaleString(),
            text: `${quoteValue(value)} `,
            start: place.start,
            end: place.end,
        }));
}

/** The query with a suggestion taken, and where the caret stands then. */
export function accept(query: string, taken: Suggestion): { query: string; caret: number } {
    const rest = query.slice(taken.end);
    const text =
        taken.text.endsWith(" ") && rest.startsWith(" ") ? taken.text.trimEnd() : taken.text;
    const caret = taken.start + text.length + (text === taken.text ? 0 : 1);
    return { query: query.slice(0, taken.start) + text + rest, caret };
}
