// index_chooser.tsx -- which indices to read: a family, one index, or any pattern typed by hand.
import { useState } from "react";
import { type IndexSummary, matchesPattern, patternChoices } from "../model/index_pattern";
import { usePopover } from "../state/use_popover";
import { useRoving } from "../state/use_roving";
import { Icon } from "./icon";

interface Props {
    index: string;
    indices: IndexSummary[];
    choose: (pattern: string) => void;
}

export function IndexChooser({ index, indices, choose }: Props) {
    const popover = usePopover();
    return (
        <div className="chooser" {...popover.root}>
            <button
                type="button"
                className="control"
                aria-expanded={popover.open}
                aria-label={`Indices: ${index || "none"}`}
                onClick={popover.toggle}
            >
                <Icon name="table" />
                <span className="control-text mono">{index || "no index"}</span>
                <Icon name="down" />
            </button>
            {popover.open && (
                <Choices
                    index={index}
                    indices={indices}
                    choose={(pattern) => {
                        choose(pattern);
                        popover.close();
                    }}
                />
            )}
        </div>
    );
}

function Choices({ index, indices, choose }: Props) {
    const [text, setText] = useState("");
    const roving = useRoving<HTMLUListElement>();
    const wanted = text.trim();
    const shown = patternChoices(indices).filter((c) => c.pattern.includes(wanted));
    const matched = indices.filter((i) => wanted && matchesPattern(i.name, wanted)).length;
    const free = wanted !== "" && !shown.some((c) => c.pattern === wanted);
    return (
        <div className="popover chooser-popover">
            <form
                onSubmit={(event) => {
                    event.preventDefault();
                    if (wanted) choose(wanted);
                }}
            >
                <input
                    className="input mono"
                    placeholder="Search, or type a pattern such as web-*"
                    aria-label="Index pattern"
                    // biome-ignore lint/a11y/noAutofocus: the panel was opened in order to type
                    autoFocus
                    value={text}
                    onChange={(event) => setText(event.target.value)}
                />
            </form>
            <ul className="choices" {...roving}>
                {free && (
                    <li>
                        <button
                            type="button"
                            data-item
                            className="choice"
                            onClick={() => choose(wanted)}
                        >
                            <span className="mono">{wanted}</span>
                            <span className="muted">pattern of {matched} indices</span>
                        </button>
                    </li>
                )}
                {shown.map((c) => (
                    <li key={c.pattern}>
                        <button
                            type="button"
                            data-item
                            className="choice"
                            aria-current={c.pattern === index}
                            onClick={() => choose(c.pattern)}
                        >
                            <span className="mono">{c.pattern}</span>
                            <span className="muted">{c.documents.toLocaleString()}</span>
                        </button>
                    </li>
                ))}
            </ul>
        </div>
    );
}
