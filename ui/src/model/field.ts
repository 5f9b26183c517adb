// field.ts -- the fields of an index pattern, as people think of them.
//
// A dynamic mapping makes two fields of one string: `message` (text, for words) and
// `message.keyword` (exact, for counting and sorting). People see one; the page uses the sub-field
// where the server needs it.

export type FieldType = "text" | "number" | "date" | "boolean" | "ip" | "geo" | "mixed" | "other";

export interface Field {
    name: string;
    type: FieldType;
    searchable: boolean;
    exact: string; // the field to aggregate, sort and compare on; empty: there is none
}

export interface Capability {
    type?: string;
    searchable: boolean;
    aggregatable: boolean;
}

export type FieldCaps = Record<string, Record<string, Capability>>;

const NUMBERS = "long integer short byte double float half_float scaled_float unsigned_long".split(
    " ",
);
const TEXTS = "text keyword constant_keyword wildcard version match_only_text flattened".split(" ");
const CONTAINERS = ["object", "nested"];

function typeOf(name: string): FieldType {
    if (TEXTS.includes(name)) return "text";
    if (NUMBERS.includes(name)) return "number";
    if (name === "date" || name === "date_nanos") return "date";
    if (name === "boolean" || name === "ip") return name;
    return name.startsWith("geo_") ? "geo" : "other";
}

function mergedType(names: string[]): FieldType {
    const types = new Set(names.map(typeOf));
    return types.size === 1 ? [...types][0]! : "mixed";
}

function aggregatable(caps: Record<string, Capability> | undefined): boolean {
    const each = Object.values(caps ?? {});
    return each.length > 0 && each.every((c) => c.aggregatable);
}

function isTwin(name: string, caps: FieldCaps): boolean {
    const parent = name.endsWith(".keyword") ? name.slice(0, -".keyword".length) : "";
    return parent in caps && !Object.keys(caps[parent]!).some((t) => CONTAINERS.includes(t));
}

/** The visible fields of a `_field_caps` answer, by name; `_id` and its like stay out. */
export function fieldsOf(caps: FieldCaps): Field[] {
    return Object.keys(caps)
        .filter((name) => !name.startsWith("_") && !isTwin(name, caps))
        .filter((name) => !Object.keys(caps[name]!).every((t) => CONTAINERS.includes(t)))
        .map((name) => {
            const twin = `${name}.keyword`;
            const exact = aggregatable(caps[name]) ? name : aggregatable(caps[twin]) ? twin : "";
            return {
                name,
                type: mergedType(Object.keys(caps[name]!)),
                searchable: Object.values(caps[name]!).some((c) => c.searchable),
                exact,
            };
        })
        .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The field that a `term` condition can be asked of, or empty. */
export function termField(field: Field | undefined): string {
    return field && field.type !== "geo" && field.type !== "mixed" ? field.exact : "";
}

export function fieldByName(fields: Field[], name: string): Field | undefined {
    return fields.find((f) => f.name === name);
}
