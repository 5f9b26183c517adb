// filter.ts -- one pill under the query bar: a condition a click can make, turn round and switch off.
import { type Field, termField } from "./field";

export type Scalar = string | number | boolean;

export interface Filter {
    kind: "is" | "exists";
    field: string;
    value: Scalar; // of an exists filter: always true
    negated: boolean;
    disabled: boolean;
}

export function isFilter(field: string, value: Scalar, negated = false): Filter {
    return { kind: "is", field, value, negated, disabled: false };
}

export function existsFilter(field: string, negated = false): Filter {
    return { kind: "exists", field, value: true, negated, disabled: false };
}

export function sameCondition(a: Filter, b: Filter): boolean {
    return a.kind === b.kind && a.field === b.field && a.value === b.value;
}

/** Adds a filter; one with the same condition is replaced, so clicking twice makes one pill. */
export function withFilter(filters: Filter[], added: Filter): Filter[] {
    const at = filters.findIndex((f) => sameCondition(f, added));
    return at < 0 ? [...filters, added] : filters.map((f, i) => (i === at ? added : f));
}

export function filterLabel(filter: Filter): string {
    const not = filter.negated ? "NOT " : "";
    return filter.kind === "exists"
        ? `${not}${filter.field}: exists`
        : `${not}${filter.field}: ${filter.value}`;
}

// A string beyond this length is not in the keyword sub-field of a dynamic mapping.
const KEYWORD_LENGTH_MAX = 256;

/** The condition itself, without regard to negation, in the query DSL. */
export function filterClause(filter: Filter, field: Field | undefined): object {
    if (filter.kind === "exists") return { exists: { field: filter.field } };
    const exact = termField(field);
    const long = typeof filter.value === "string" && filter.value.length > KEYWORD_LENGTH_MAX;
    return exact && !(long && exact !== filter.field)
        ? { term: { [exact]: { value: filter.value } } }
        : { match_phrase: { [filter.field]: filter.value } };
}
