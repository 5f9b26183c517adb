// document_view.tsx -- a whole document, as a table of its fields or as JSON.
import { type KeyboardEvent, useId, useState } from "react";
import { type Row, scalarsOf, textOf } from "../model/document";
import { type Field, fieldByName } from "../model/field";
import { formatTimestamp } from "../model/format";
import type { Actions } from "../state/use_actions";
import { FieldIcon } from "./field_icon";
import { Icon } from "./icon";
import { JsonText } from "./json_text";

interface Props {
    row: Row;
    fields: Field[];
    columns: string[];
    actions: Actions;
}

const TABS = ["Table", "JSON"] as const;

export function DocumentView(props: Props) {
    const [tab, setTab] = useState<(typeof TABS)[number]>("Table");
    const id = useId();
    const onKeyDown = (event: KeyboardEvent) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        const next = tab === "Table" ? "JSON" : "Table";
        setTab(next);
        document.getElementById(`${id}-${next}`)?.focus();
    };
    return (
        <section className="document" aria-label="Document">
            <div className="document-head">
                <div role="tablist" aria-label="View of the document" onKeyDown={onKeyDown}>
                    {TABS.map((name) => (
                        <button
                            key={name}
                            id={`${id}-${name}`}
                            type="button"
                            role="tab"
                            aria-selected={tab === name}
                            tabIndex={tab === name ? 0 : -1}
                            onClick={() => setTab(name)}
                        >
                            {name}
                        </button>
                    ))}
                </div>
                <span className="muted mono small">{props.row.key}</span>
            </div>
            <div role="tabpanel" aria-labelledby={`${id}-${tab}`}>
                {tab === "Table" ? <FieldTable {...props} /> : <JsonText value={props.row.hit} />}
            </div>
        </section>
    );
}

function FieldTable({ row, fields, columns, actions }: Props) {
    const names = [...row.values.keys()].sort();
    return (
        <table className="document-fields">
            <tbody>
                {names.map((name) => (
                    <FieldLine
                        key={name}
                        name={name}
                        field={fieldByName(fields, name)}
                        row={row}
                        shown={columns.includes(name)}
                        actions={actions}
                    />
                ))}
            </tbody>
        </table>
    );
}

interface LineProps {
    name: string;
    field: Field | undefined;
    row: Row;
    shown: boolean;
    actions: Actions;
}

function FieldLine({ name, field, row, shown, actions }: LineProps) {
    const values = row.values.get(name);
    const scalars = scalarsOf(values);
    // Every value of a list becomes a pill of its own.
    const filter = (negated: boolean) => {
        for (const value of scalars) actions.filterValue(name, value, negated);
    };
    const buttons = [
        { icon: "add", label: "Include", disabled: !scalars.length, press: () => filter(false) },
        { icon: "remove", label: "Exclude", disabled: !scalars.length, press: () => filter(true) },
        {
            icon: "exists",
            label: "Require",
            disabled: false,
            press: () => actions.filterExists(name),
        },
        {
            icon: "table",
            label: shown ? "Remove the column of" : "Add a column of",
            disabled: false,
            press: () => actions.toggleColumn(name),
        },
    ] as const;
    return (
        <tr>
            <th scope="row">
                <FieldIcon type={field?.type ?? "other"} />
                <span className="mono">{name}</span>
            </th>
            <td className="line-actions">
                {buttons.map(({ icon, label, disabled, press }) => (
                    <button
                        key={icon}
                        type="button"
                        className={`bare${icon === "table" && shown ? " on" : ""}`}
                        aria-label={`${label} ${name}`}
                        title={`${label} ${name}`}
                        disabled={disabled}
                        onClick={press}
                    >
                        <Icon name={icon} />
                    </button>
                ))}
            </td>
            <td className="mono value">
                {textOf(values)}
                {field?.type === "date" && (
                    <span className="muted"> ({formatTimestamp(values?.[0])} here)</span>
                )}
            </td>
        </tr>
    );
}
