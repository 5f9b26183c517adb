// field_icon.tsx -- the type of a field as a small letter tile.
import type { FieldType } from "../model/field";

const LETTERS: Record<FieldType, string> = {
    text: "t",
    number: "#",
    date: "◷",
    boolean: "◐",
    ip: "ip",
    geo: "⌖",
    mixed: "≠",
    other: "?",
};

const NAMES: Record<FieldType, string> = {
    text: "Text",
    number: "Number",
    date: "Date",
    boolean: "True or false",
    ip: "IP address",
    geo: "Place on earth",
    mixed: "Of different types in different indices",
    other: "Of another type",
};

export function FieldIcon({ type }: { type: FieldType }) {
    return (
        <span
            className={`field-icon ${type}`}
            title={NAMES[type]}
            role="img"
            aria-label={NAMES[type]}
        >
            {LETTERS[type]}
        </span>
    );
}
