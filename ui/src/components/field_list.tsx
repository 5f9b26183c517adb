// field_list.tsx -- the fields of the index: chosen columns first, then all the others, searchable.
import { useState } from "react";
import type { SearchResult } from "../api/search";
import { type Field, fieldByName } from "../model/field";
import { TIME_FIELD, type View } from "../model/view";
import type { Actions } from "../state/use_actions";
import { useRoving } from "../state/use_roving";
import { FieldIcon } from "./field_icon";
import { FieldValues } from "./field_values";
import { Icon } from "./icon";

interface Props {
    view: View;
    fields: Field[];
    result: SearchResult | undefined;
    actions: Actions;
}

export function FieldList(props: Props) {
    const { view, fields } = props;
    const [text, setText] = useState("");
    const [opened, setOpened] = useState("");
    const roving = useRoving<HTMLDivElement>();
    const wanted = text.trim().toLowerCase();
    const matching = (f: Field) => f.name.toLowerCase().includes(wanted) && f.name !== TIME_FIELD;
    const chosen = view.columns.flatMap((name) => fieldByName(fields, name) ?? []).filter(matching);
    const others = fields.filter((f) => matching(f) && !view.columns.includes(f.name));
    const item = (field: Field) => (
        <FieldItem
            {...props}
            key={field.name}
            field={field}
            open={opened === field.name}
            toggle={() => setOpened(opened === field.name ? "" : field.name)}
        />
    );
    return (
        <nav className="field-list" aria-label="Fields">
            <input
                className="input"
                type="search"
                placeholder={`Search ${fields.length} fields`}
                aria-label="Search the fields"
                value={text}
                onChange={(e) => setText(e.target.value)}
            />
            <div className="field-groups" {...roving}>
                {chosen.length > 0 && (
                    <>
                        <h2>Columns</h2>
                        <ul>{chosen.map(item)}</ul>
                    </>
                )}
                <h2>Fields</h2>
                <ul>{others.map(item)}</ul>
                {chosen.length + others.length === 0 && (
                    <p className="muted small">No such field.</p>
                )}
            </div>
        </nav>
    );
}

interface ItemProps extends Props {
    field: Field;
    open: boolean;
    toggle: () => void;
}

function FieldItem({ field, open, toggle, view, result, actions }: ItemProps) {
    const shown = view.columns.includes(field.name);
    const verb = shown ? "Remove the column" : "Add the column";
    return (
        <li className={`field${open ? " open" : ""}`}>
            <div className="field-head">
                <button
                    type="button"
                    data-item
                    className="field-name"
                    aria-expanded={open}
                    onClick={toggle}
                >
                    <FieldIcon type={field.type} />
                    <span title={field.name}>{field.name}</span>
                </button>
                <button
                    type="button"
                    data-item
                    className="bare field-column"
                    aria-label={`${verb} ${field.name}`}
                    title={verb}
                    onClick={() => actions.toggleColumn(field.name)}
                >
                    <Icon name={shown ? "close" : "add"} />
                </button>
            </div>
            {open && result && <FieldValues field={field} result={result} actions={actions} />}
        </li>
    );
}
