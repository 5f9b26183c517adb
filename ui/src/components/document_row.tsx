// document_row.tsx -- one document in the table; opened, the whole of it below.
import { memo } from "react";
import { type Row, textOf } from "../model/document";
import { type Field, fieldByName } from "../model/field";
import { formatTimestamp } from "../model/format";
import { severityOf } from "../model/severity";
import { TIME_FIELD } from "../model/view";
import type { Actions } from "../state/use_actions";
import { DocumentView } from "./document_view";
import { Icon } from "./icon";

// A row shows the beginning of long values; the opened document shows all of them.
const CELL_LENGTH_MAX = 600;
const SUMMARY_LENGTH_MAX = 900;

interface Props {
    row: Row;
    fields: Field[];
    columns: string[];
    timed: boolean;
    open: boolean;
    actions: Actions;
}

export const DocumentRow = memo(function DocumentRow(props: Props) {
    const { row, fields, columns, timed, open, actions } = props;
    const time = formatTimestamp(row.values.get(TIME_FIELD)?.[0]);
    const cells = 1 + (timed ? 1 : 0) + Math.max(1, columns.length);
    return (
        <>
            <tr className={`row ${severityOf(row)}${open ? " opened" : ""}`} data-doc={row.key}>
                <td className="open-cell">
                    <button
                        type="button"
                        data-item
                        className="bare"
                        aria-expanded={open}
                        aria-label={`Open the document of ${time || row.hit._id}`}
                        onClick={() => actions.openDocument(row.key)}
                    >
                        <Icon name={open ? "down" : "right"} />
                    </button>
                </td>
                {timed && <td className="time mono">{time}</td>}
                {columns.map((name) => (
                    <Cell key={name} name={name} row={row} fields={fields} />
                ))}
                {columns.length === 0 && (
                    <td>
                        <Summary row={row} />
                    </td>
                )}
            </tr>
            {open && (
                <tr className="row-document">
                    <td colSpan={cells}>
                        <DocumentView
                            row={row}
                            fields={fields}
                            columns={columns}
                            actions={actions}
                        />
                    </td>
                </tr>
            )}
        </>
    );
});

function Cell({ name, row, fields }: { name: string; row: Row; fields: Field[] }) {
    const type = fieldByName(fields, name)?.type;
    const values = row.values.get(name);
    const text = type === "date" ? formatTimestamp(values?.[0]) : textOf(values);
    return (
        <td className={type === "number" ? "number mono" : "mono"}>
            <div className="cell">{values ? text.slice(0, CELL_LENGTH_MAX) : <i>–</i>}</div>
        </td>
    );
}

// The message comes first: it is what most lines are read for. A name stays on the line of its value.
function Summary({ row }: { row: Row }) {
    const names = [...row.values.keys()].filter((n) => n !== TIME_FIELD && n !== "message");
    const order = row.values.has("message") ? ["message", ...names] : names;
    let left = SUMMARY_LENGTH_MAX;
    const shown = order.filter((name) => {
        const fits = left > 0;
        left -= name.length + textOf(row.values.get(name)).length;
        return fits;
    });
    return (
        <div className="summary mono">
            {shown.map((name) => (
                <span key={name}>
                    <b>{name}</b>
                    {"\u00a0"}
                    {textOf(row.values.get(name)).slice(0, CELL_LENGTH_MAX)}{" "}
                </span>
            ))}
        </div>
    );
}
